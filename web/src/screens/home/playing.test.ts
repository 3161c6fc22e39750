import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { nameOf, playing } from "@/screens/home/playing";

const session = (id: string, state: string, seenAt: string) => ({ id, state, seenAt, startedAt: id }) as Schemas["PlaySession"];

test("what has been heard since is newer than what was read", () => {
  expect(playing([session("a", "playing", "2026-01-01")], [session("a", "paused", "2026-01-02")])).toEqual([session("a", "paused", "2026-01-02")]);
});

test("what was heard before it was read is not", () => {
  expect(playing([session("a", "playing", "2026-01-02")], [session("a", "paused", "2026-01-01")])[0]?.state).toBe("playing");
});

test("what has stopped is gone, what has begun is there", () => {
  expect(playing([session("a", "playing", "1")], [session("a", "stopped", "2"), session("b", "playing", "2")]).map((each) => each.id)).toEqual(["b"]);
});

test("an episode is named with its show", () => {
  const item = { title: "Pilot", topTitle: "Fargo", parentTitle: "Season 1", parentIndex: 1, index: 1 } as Schemas["PlayedItem"];
  expect(nameOf(item)).toBe("Fargo · 1×01 Pilot");
  expect(nameOf({ ...item, topTitle: null, parentTitle: null, index: null, parentIndex: null })).toBe("Pilot");
});
