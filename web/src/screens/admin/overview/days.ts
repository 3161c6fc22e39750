import type { Day } from "@/screens/admin/overview/Bars";

/** The last `length` days without holes: days of which nothing is told had nothing. */
export function lastDays(told: readonly Day[], length: number, today: string): Day[] {
  const known = new Map(told.map(({ day, count }) => [day, count]));
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length }, (_, place) => {
    const day = new Date(end - (length - 1 - place) * 86_400_000).toISOString().slice(0, 10);
    return { day, count: known.get(day) ?? 0 };
  });
}
