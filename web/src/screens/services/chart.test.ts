import { expect, test } from "vitest";

import { ceiling, path } from "@/screens/services/chart";

const bar = (p50: number | null, p99 = p50) => ({ p50, p95: p50, p99 });
const SIZE = { width: 40, height: 100 };

test("the chart ends at a round figure above all that was measured", () => {
  expect([[bar(3, 7)], [bar(10, 12)], [bar(1, 20)], [bar(null)], []].map(ceiling)).toEqual([10, 20, 20, 1, 1]);
});

test("nothing is drawn where nothing was measured", () => {
  expect(path([bar(0), bar(50), bar(null), bar(100)], "p50", 100, SIZE)).toBe("M5 100L15 50M32.5 0H37.5");
  expect(path([bar(null), bar(null)], "p50", 100, SIZE)).toBe("");
});
