import { expect, test } from "vitest";

import { bodyOf, modeOf, saved, withMode, type Preferences } from "@/screens/account/notifications/preferences";

const given: Preferences = {
  version: 3,
  locale: "de",
  zone: "Europe/Vienna",
  quietHours: null,
  dailyAt: "08:00",
  updatedAt: null,
  rows: [
    {
      type: "request.available",
      cells: [
        { channelId: null, mode: "now", default: "now", fixed: false },
        { channelId: "c1", mode: "now", default: "now", fixed: false },
      ],
    },
    { type: "security.new_sign_in", cells: [{ channelId: null, mode: "now", default: "now", fixed: true }] },
  ],
};

test("one cell is changed, and no other", () => {
  const after = withMode(given, "request.available", "c1", "daily");
  expect(modeOf(after, "request.available", "c1")).toBe("daily");
  expect(modeOf(after, "request.available", null)).toBe("now");
  expect(modeOf(given, "request.available", "c1")).toBe("now");
});

test("only what differs from the default is sent", () => {
  expect(bodyOf(given).choices).toEqual([]);
  const after = withMode(withMode(given, "request.available", "c1", "daily"), "request.available", null, "off");
  expect(bodyOf(after)).toEqual({
    version: 3,
    locale: "de",
    zone: "Europe/Vienna",
    quietHours: null,
    dailyAt: "08:00",
    choices: [
      { type: "request.available", mode: "off" },
      { type: "request.available", mode: "daily", channelId: "c1" },
    ],
  });
});

test("what is chosen while the choice before is being saved stays, with the version to save it on", () => {
  const meanwhile = withMode(given, "request.available", "c1", "off");
  const answer = { ...given, version: 4 };
  expect(saved(meanwhile, answer, true)).toEqual({ ...meanwhile, version: 4 });
  expect(saved(meanwhile, answer, false)).toEqual(answer);
});
