import { expect, test } from "vitest";

import { bodyOf, newPlan, nthOf, planOf, repeatIn, ruleOf, weekdayOf, type Plan } from "@/screens/admin/system/maintenance/plan";

const plan = (over: Partial<Plan> = {}): Plan => ({
  ...newPlan(new Date(2026, 2, 9, 21, 20), "Europe/Berlin"),
  title: "Backup",
  startsAtLocal: "2026-03-10T22:00",
  ...over,
});

test("a new one begins at the next full hour, once, for everything", () => {
  expect(newPlan(new Date(2026, 2, 9, 21, 20), "Europe/Berlin").startsAtLocal).toBe("2026-03-09T22:00");
  expect(bodyOf(plan())).toMatchObject({ title: "Backup", durationSeconds: 3600, rule: null, everything: true, monitorIds: [], groupIds: [] });
});

test("what was chosen before everything was is not sent", () => {
  expect(bodyOf(plan({ everything: true, monitorIds: ["a"] }))).toMatchObject({ monitorIds: [] });
  expect(bodyOf(plan({ everything: false, monitorIds: ["a"] }))).toMatchObject({ everything: false, monitorIds: ["a"] });
});

test("the second Tuesday is the second Tuesday", () => {
  expect(weekdayOf("2026-03-10T22:00")).toBe("TU");
  expect(nthOf("2026-03-10T22:00")).toBe(2);
});

test.each([
  [{ repeat: "daily" }, "FREQ=DAILY"],
  [{ repeat: "daily", every: "3", until: "2026-12-31" }, "FREQ=DAILY;INTERVAL=3;UNTIL=20261231T235959"],
  [{ repeat: "weekly", days: ["MO", "SU"] }, "FREQ=WEEKLY;BYDAY=MO,SU"],
  [{ repeat: "monthly", monthOn: "day" }, "FREQ=MONTHLY;BYMONTHDAY=10"],
  [{ repeat: "monthly", monthOn: "nth" }, "FREQ=MONTHLY;BYDAY=2TU"],
  [{ repeat: "monthly", monthOn: "last" }, "FREQ=MONTHLY;BYDAY=-1TU"],
  [{ repeat: "yearly" }, "FREQ=YEARLY"],
] as [Partial<Plan>, string][])("%j is %s, and comes back as it was", (some, rule) => {
  expect(ruleOf(plan(some))).toBe(rule);
  expect(repeatIn(rule, "2026-03-10T22:00")).toMatchObject(some);
});

test.each(["FREQ=MONTHLY;BYDAY=-1FR", "FREQ=WEEKLY;COUNT=5", "FREQ=HOURLY", "FREQ=MONTHLY;BYDAY=1MO,3MO"])("%s is kept as it is", (rule) => {
  const known = { ...bodyOf(plan()), rule, id: "1" } as never;
  const shown = planOf(known);
  expect(shown.repeat).toBe("own");
  expect(bodyOf(shown).rule).toBe(rule);
});
