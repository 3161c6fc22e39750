import type { Schemas } from "@/api/client";
import { overall, type Overall } from "@/screens/services/overall";

export const DAY_SECONDS = 86_400;

/** The days of a public page as the bars that signed-in people see: it says shares where those say seconds. */
export function dayBars({ since, uptime, coverage }: Schemas["Days"]): Schemas["HistoryBar"][] {
  const first = Date.parse(`${since}T00:00:00Z`);
  return uptime.map((share, day) => {
    const known = (coverage[day] ?? 0) * DAY_SECONDS;
    const up = (share ?? 0) * known;
    return {
      start: new Date(first + day * DAY_SECONDS * 1000).toISOString(),
      state: share === null ? "unknown" : share >= 1 ? "up" : share > 0.5 ? "degraded" : "down",
      upSeconds: up,
      downSeconds: share === null ? 0 : known - up,
      maintenanceSeconds: 0,
      coverage: coverage[day] ?? 0,
      p50: null,
      p95: null,
      p99: null,
    };
  });
}

export function overallOf(page: Schemas["PublicPage"]): Overall {
  return overall(page.groups.flatMap(({ monitors }) => monitors).map(({ name, status }) => ({ name, status, blockedBy: null })));
}
