import { useTranslation } from "react-i18next";

import { dayOf, nthOf, REPEATS, WEEKDAYS, weekdayOf, type MonthOn, type Plan, type Weekday } from "@/screens/admin/system/maintenance/plan";
import { Check } from "@/ui/Check";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";

/** 2024-01-01 was a Monday. */
const SOME_MONDAY = Date.UTC(2024, 0, 1, 12);
const DAY_MS = 86_400_000;
const EVERY = { daily: "everyDays", weekly: "everyWeeks", monthly: "everyMonths", yearly: "everyYears" } as const;

/** When a window opens, for how long, and when it comes again; by the clock of a place. */
export function When({ plan, change, wrong }: { plan: Plan; change: (plan: Plan) => void; wrong: Readonly<Record<string, string>> }) {
  const { t } = useTranslation();
  const weekday = useWeekday();
  const set = (some: Partial<Plan>) => change({ ...plan, ...some });
  const on: Record<MonthOn, string> = {
    day: t("system.maintenance.monthDay", { day: dayOf(plan.startsAtLocal) }),
    nth: t("system.maintenance.monthNth", { nth: nthOf(plan.startsAtLocal), weekday: weekday(weekdayOf(plan.startsAtLocal)) }),
    last: t("system.maintenance.monthLast", { weekday: weekday(weekdayOf(plan.startsAtLocal)) }),
  };
  const isCounted = plan.repeat !== "once" && plan.repeat !== "own";
  return (
    <Panel title={t("system.maintenance.when")}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label={t("system.maintenance.starts")}
          type="datetime-local"
          value={plan.startsAtLocal}
          onChange={(event) => set({ startsAtLocal: event.target.value })}
          wrong={wrong["startsAtLocal"]}
          required
        />
        <Field
          label={t("system.maintenance.lasts")}
          type="number"
          inputMode="numeric"
          min={1}
          max={43_200}
          value={plan.minutes}
          onChange={(event) => set({ minutes: event.target.value })}
          wrong={wrong["durationSeconds"]}
          required
        />
        <Select
          label={t("system.maintenance.zone")}
          value={plan.zone}
          choose={(zone) => set({ zone })}
          options={zonesWith(plan.zone).map((each) => ({ value: each, label: each.replaceAll("_", " ") }))}
        />
        <Select
          label={t("system.maintenance.repeat")}
          value={plan.repeat}
          choose={(repeat) => set({ repeat })}
          options={REPEATS.map((each) => ({ value: each, label: t(`system.maintenance.${each}`) }))}
        />
        {isCounted && (
          <Field
            label={`${t("system.maintenance.every")} ${t(`system.maintenance.${EVERY[plan.repeat as keyof typeof EVERY]}`)}`}
            type="number"
            inputMode="numeric"
            min={1}
            max={99}
            value={plan.every}
            onChange={(event) => set({ every: event.target.value })}
            required
          />
        )}
        {plan.repeat === "monthly" && (
          <Select
            label={t("system.maintenance.monthOn")}
            value={plan.monthOn}
            choose={(monthOn) => set({ monthOn })}
            options={monthsOn(plan).map((each) => ({ value: each, label: on[each] }))}
          />
        )}
        {isCounted && (
          <Field
            label={t("system.maintenance.until")}
            type="date"
            min={plan.startsAtLocal.slice(0, 10)}
            value={plan.until}
            onChange={(event) => set({ until: event.target.value })}
          />
        )}
      </div>
      {plan.repeat === "weekly" && (
        <fieldset>
          <legend className="text-sm font-medium">{t("system.maintenance.days")}</legend>
          <div className="flex flex-wrap gap-x-5">
            {WEEKDAYS.map((day) => (
              <Check
                key={day}
                checked={(plan.days.length > 0 ? plan.days : [weekdayOf(plan.startsAtLocal)]).includes(day)}
                onChange={(event) => set({ days: turned(plan, day, event.target.checked) })}
              >
                {weekday(day)}
              </Check>
            ))}
          </div>
        </fieldset>
      )}
      {plan.repeat === "own" && (
        <Field
          label={t("system.maintenance.rule")}
          hint={t("system.maintenance.ruleHint")}
          value={plan.rule}
          onChange={(event) => set({ rule: event.target.value })}
          wrong={wrong["rule"]}
          maxLength={300}
          spellCheck={false}
          required
        />
      )}
    </Panel>
  );
}

/** Without any, it is the day on which it begins; so the first that is chosen stands beside that. */
function turned({ days, startsAtLocal }: Plan, day: Weekday, on: boolean): Weekday[] {
  const now = days.length > 0 ? days : [weekdayOf(startsAtLocal)];
  return on ? [...now, day] : now.filter((each) => each !== day);
}

/** A fifth Sunday is not in every month: whoever means that one means the last. */
function monthsOn({ monthOn, startsAtLocal }: Plan): MonthOn[] {
  return nthOf(startsAtLocal) > 4 && monthOn !== "nth" ? ["day", "last"] : ["day", "nth", "last"];
}

function useWeekday(): (day: Weekday) => string {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language, { weekday: "long", timeZone: "UTC" });
  return (day) => format.format(SOME_MONDAY + WEEKDAYS.indexOf(day) * DAY_MS);
}

function zonesWith(own: string): string[] {
  return [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", own])].sort();
}
