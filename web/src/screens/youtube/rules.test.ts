import { expect, test } from "vitest";

import { rulesOf } from "@/screens/youtube/rules";

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

test("an empty field is no limit", () => {
  expect(rulesOf(form({ backfill: "new_only", backfillCount: "7", days: "", gigabytes: " ", minMinutes: "0", intervalMinutes: "60", collection: "" }), true)).toEqual({
    profileId: null,
    backfill: "new_only",
    backfillCount: null,
    titleIncludes: [],
    titleExcludes: [],
    minSeconds: null,
    maxSeconds: null,
    retention: { days: null, count: null, bytes: null },
    intervalMinutes: 60,
    collection: null,
    enabled: true,
  });
});

test("people say minutes and gigabytes, and words with commas between them", () => {
  const rules = rulesOf(form({ backfill: "last", backfillCount: "3", maxMinutes: "1.5", gigabytes: "2.5", count: "10", titleExcludes: "trailer, , Shorts " }), false);
  expect(rules).toMatchObject({ backfillCount: 3, maxSeconds: 90, retention: { bytes: 2_500_000_000, count: 10 }, titleExcludes: ["trailer", "Shorts"], enabled: false });
});
