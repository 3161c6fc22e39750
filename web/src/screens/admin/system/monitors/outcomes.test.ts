import { expect, test } from "vitest";

import { outcomeOf } from "@/screens/admin/system/monitors/outcomes";

const nothing = { dryRun: true, created: [], updated: [], unchanged: [], pushTokens: [] };

test("what an Uptime Kuma had and what was left out is told alike", () => {
  const outcome = outcomeOf({
    ...nothing,
    version: "2.0.0",
    days: 0,
    remarks: ["Two monitors had the same name."],
    created: [{ what: "monitor", id: null, name: "NAS", changes: [], remarks: ["Its port is another."] }],
    notImported: [{ name: "Game", type: "steam", reason: "There is no such monitor here." }],
  });
  expect(outcome.lines.created).toEqual([{ name: "NAS", what: "monitor", remarks: ["Its port is another."] }]);
  expect(outcome.lines.left).toEqual([{ name: "Game", remarks: ["steam", "There is no such monitor here."] }]);
  expect(outcome.isNothing).toBe(false);
});

test("a file that is as things are leaves nothing to do", () => {
  const same = { ref: "1", id: "1", name: "NAS", remarks: [] };
  expect(outcomeOf({ ...nothing, unchanged: [same], left: [] })).toMatchObject({ isNothing: true, version: null });
});

test("history alone is something to import", () => {
  expect(outcomeOf({ ...nothing, version: null, days: 90, remarks: [], notImported: [] }).isNothing).toBe(false);
});
