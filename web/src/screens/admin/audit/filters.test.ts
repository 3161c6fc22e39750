import { expect, test } from "vitest";

import { auditSearch, endOf, startOf } from "@/screens/admin/audit/filters";

test("a day is a whole one, where the person is", () => {
  const start = new Date(startOf("2026-03-29"));
  const end = new Date(endOf("2026-03-29"));
  expect([start.getHours(), start.getMinutes()]).toEqual([0, 0]);
  expect([end.getDate(), end.getHours(), end.getMinutes(), end.getSeconds()]).toEqual([29, 23, 59, 59]);
});

test("an address somebody has typed never breaks the screen", () => {
  expect(auditSearch({ from: "yesterday", to: "2026-03-01", user: 7, action: "" })).toEqual({
    user: undefined,
    action: undefined,
    from: undefined,
    to: "2026-03-01",
  });
});
