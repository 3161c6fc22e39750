import { expect, test } from "vitest";

import { timelineOf } from "@/screens/admin/system/incidents/timeline";

const turn = (at: string, what = "down") => ({ at, what, reason: null }) as never;
const note = (at: string) => ({ id: at, at, text: "Looked at it." });

test("notes stand between what happened, and the end is told", () => {
  const entries = timelineOf({ timeline: [turn("2026-03-01T10:00:00Z")], notes: [note("2026-03-01T10:05:00.5Z")], closedAt: "2026-03-01T10:20:00Z" });
  expect(entries.map((each) => Object.keys(each)[1])).toEqual(["turn", "note", "over"]);
});

test("the end is not told twice, and not before it is there", () => {
  const timeline = [turn("2026-03-01T10:00:00Z"), turn("2026-03-01T10:20:00Z", "up")];
  expect(timelineOf({ timeline, notes: [], closedAt: "2026-03-01T10:20:00Z" })).toHaveLength(2);
  expect(timelineOf({ timeline: timeline.slice(0, 1), notes: [], closedAt: null })).toHaveLength(1);
});
