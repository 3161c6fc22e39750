import { expect, test } from "vitest";

import { lastDays } from "@/screens/admin/overview/days";

test("days without anything are there, over the end of a month too", () => {
  expect(lastDays([{ day: "2026-02-28", count: 4 }, { day: "2026-01-01", count: 9 }], 3, "2026-03-01")).toEqual([
    { day: "2026-02-27", count: 0 },
    { day: "2026-02-28", count: 4 },
    { day: "2026-03-01", count: 0 },
  ]);
});
