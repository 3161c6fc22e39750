import type { Schemas } from "@/api/client";

type Maintenance = Schemas["Maintenance"];

export const REPEATS = ["once", "daily", "weekly", "monthly", "yearly", "own"] as const;
export type Repeat = (typeof REPEATS)[number];
export const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
/** The same date, the same weekday counted from the month's beginning, or its last one. */
export type MonthOn = "day" | "nth" | "last";

export interface Plan {
  title: string;
  publicTitle: string;
  description: string;
  zone: string;
  /** By the clock on the wall there. */
  startsAtLocal: string;
  minutes: string;
  repeat: Repeat;
  every: string;
  days: Weekday[];
  monthOn: MonthOn;
  /** The last day on which it may begin; empty for always. */
  until: string;
  /** Of one's own. */
  rule: string;
  everything: boolean;
  monitorIds: string[];
  groupIds: string[];
}

export function newPlan(now: Date, zone: string): Plan {
  const next = new Date(now.getTime() + 3_600_000);
  next.setMinutes(0, 0, 0);
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    title: "",
    publicTitle: "",
    description: "",
    zone,
    startsAtLocal: `${next.getFullYear()}-${two(next.getMonth() + 1)}-${two(next.getDate())}T${two(next.getHours())}:00`,
    minutes: "60",
    repeat: "once",
    every: "1",
    days: [],
    monthOn: "day",
    until: "",
    rule: "",
    everything: true,
    monitorIds: [],
    groupIds: [],
  };
}

export function planOf(known: Omit<Maintenance, "id" | "version">): Plan {
  return {
    title: known.title,
    publicTitle: known.publicTitle ?? "",
    description: known.description ?? "",
    zone: known.zone,
    startsAtLocal: known.startsAtLocal.slice(0, 16),
    minutes: String(known.durationSeconds / 60),
    every: "1",
    days: [],
    monthOn: "day",
    until: "",
    rule: known.rule ?? "",
    everything: known.everything,
    monitorIds: known.monitorIds,
    groupIds: known.groupIds,
    ...repeatIn(known.rule, known.startsAtLocal),
  };
}

export function bodyOf(plan: Plan): Schemas["MaintenanceBody"] {
  return {
    title: plan.title.trim(),
    publicTitle: plan.publicTitle.trim() || null,
    description: plan.description.trim() || null,
    zone: plan.zone,
    startsAtLocal: plan.startsAtLocal,
    durationSeconds: Math.round(Number(plan.minutes) * 60),
    rule: ruleOf(plan),
    everything: plan.everything,
    monitorIds: plan.everything ? [] : plan.monitorIds,
    groupIds: plan.everything ? [] : plan.groupIds,
  };
}

export const weekdayOf = (local: string): Weekday => WEEKDAYS[(new Date(`${local.slice(0, 10)}T12:00:00Z`).getUTCDay() + 6) % 7]!;
export const dayOf = (local: string): number => Number(local.slice(8, 10));
export const nthOf = (local: string): number => Math.ceil(dayOf(local) / 7);

/** As RFC 5545 has it; null for once. */
export function ruleOf(plan: Pick<Plan, "repeat" | "every" | "days" | "monthOn" | "until" | "rule" | "startsAtLocal">): string | null {
  const { repeat, every, days, monthOn, until, startsAtLocal } = plan;
  if (repeat === "once") return null;
  if (repeat === "own") return plan.rule.trim() || null;
  const parts = [`FREQ=${repeat.toUpperCase()}`];
  if (Number(every) > 1) parts.push(`INTERVAL=${Number(every)}`);
  if (repeat === "weekly" && days.length > 0) parts.push(`BYDAY=${WEEKDAYS.filter((day) => days.includes(day)).join(",")}`);
  if (repeat === "monthly") parts.push(monthPart(monthOn, startsAtLocal));
  if (until) parts.push(`UNTIL=${until.replaceAll("-", "")}T235959`);
  return parts.join(";");
}

function monthPart(on: MonthOn, local: string): string {
  if (on === "day") return `BYMONTHDAY=${dayOf(local)}`;
  return `BYDAY=${on === "last" ? -1 : nthOf(local)}${weekdayOf(local)}`;
}

type Repeating = Pick<Plan, "repeat"> & Partial<Pick<Plan, "every" | "days" | "monthOn" | "until">>;

/** What the form can show of a rule; a rule that it could not give back as it was is one of one's own. */
export function repeatIn(rule: string | null, startsAtLocal: string): Repeating {
  if (!rule) return { repeat: "once" };
  const parts = new Map(rule.split(";").map((part) => part.split("=", 2) as [string, string]));
  const repeat = REPEATS.find((each) => each.toUpperCase() === parts.get("FREQ"));
  const byDay = parts.get("BYDAY") ?? "";
  const until = /^(\d{4})(\d{2})(\d{2})T235959$/.exec(parts.get("UNTIL") ?? "");
  const found: Required<Repeating> = {
    repeat: repeat ?? "own",
    every: parts.get("INTERVAL") ?? "1",
    days: WEEKDAYS.filter((day) => byDay.split(",").includes(day)),
    monthOn: byDay.startsWith("-1") ? "last" : byDay ? "nth" : "day",
    until: until ? `${until[1]}-${until[2]}-${until[3]}` : "",
  };
  const again = ruleOf({ ...found, rule, startsAtLocal });
  return again === rule ? found : { repeat: "own" };
}
