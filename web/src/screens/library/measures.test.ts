import { expect, test } from "vitest";

import { blocksOf } from "@/screens/library/blocks";
import { ahead, markAt, measures, moved } from "@/screens/library/measures";

test("there are always two beside each other, and as many more as fit", () => {
  expect(measures(240, "tall").columns).toBe(2);
  expect(measures(358, "tall").columns).toBe(3);
  expect(measures(1000, "tall").columns).toBe(6);
  expect(measures(3600, "tall").columns).toBe(21);
  expect(measures(358, "wide").columns).toBe(2);
});

test("only the blocks that hold what is near are read", () => {
  expect(blocksOf({ first: 0, last: 30 }, 100, null)).toEqual([0]);
  expect(blocksOf({ first: 50_090, last: 50_110 }, 100, 100_000)).toEqual([500, 501]);
  expect(blocksOf({ first: 80, last: 300 }, 100, 101)).toEqual([0, 1]);
  expect(blocksOf({ first: 0, last: 60 }, 100, 0)).toEqual([]);
  // The list has become shorter below somebody who looks at its end.
  expect(blocksOf({ first: 900, last: 960 }, 100, 40)).toEqual([]);
});

test("what comes next is read ahead, and nothing before the beginning", () => {
  expect(ahead(0, 17)).toEqual({ first: 0, last: 77 });
  expect(ahead(600, 617)).toEqual({ first: 570, last: 677 });
});

test("the arrow keys stay within the list", () => {
  const list = { columns: 3, total: 10 };
  expect(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End", "x"].map((key) => moved(key, 4, list))).toEqual([5, 3, 7, 1, 0, 9, null]);
  expect(moved("ArrowUp", 1, list)).toBeNull();
  expect(moved("ArrowDown", 8, list)).toBeNull();
  expect(moved("ArrowDown", NaN, list)).toBeNull();
});

test("a mark holds everything up to the next one", () => {
  const marks = [{ position: 0 }, { position: 5 }, { position: 90 }];
  expect([0, 4, 5, 89, 90, 4000].map((position) => markAt(marks, position))).toEqual([0, 0, 1, 1, 2, 2]);
});
