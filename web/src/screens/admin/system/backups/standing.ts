import type { Schemas } from "@/api/client";

type Backups = Schemas["Backups"];

/** One a day, and half a day for a machine that is off at night. */
const OLDEST_MS = 36 * 3_600_000;

export type Standing = "away" | "never" | "old" | "fresh";

/** What is to be said first; where none is made by itself, none is late. Damaged ones count for nothing. */
export function standingOf({ place, items }: Backups, now: number): Standing {
  if (place && !place.reachable) return "away";
  const newest = newestOf(items);
  if (!newest) return "never";
  return place?.schedule.nextAt && now - Date.parse(newest.takenAt) > OLDEST_MS ? "old" : "fresh";
}

export function newestOf(items: Backups["items"]): Schemas["Backup"] | undefined {
  return items.find(({ state }) => state !== "damaged");
}
