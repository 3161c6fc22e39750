import { expect, test } from "vitest";

import { dayBars } from "@/screens/services/publicStatus";

test("each day is a bar of its own date, and one of which nothing is known says so", () => {
  const bars = dayBars({ since: "2026-03-28", uptime: [1, 0.75, 0.25, null], coverage: [1, 0.5, 1, 0] });
  expect(bars.map(({ start }) => start.slice(0, 10))).toEqual(["2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"]);
  expect(bars.map(({ state }) => state)).toEqual(["up", "degraded", "down", "unknown"]);
  expect([bars[1]?.upSeconds, bars[1]?.downSeconds]).toEqual([32_400, 10_800]);
  expect([bars[3]?.upSeconds, bars[3]?.downSeconds]).toEqual([0, 0]);
});
