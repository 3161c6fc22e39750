import type { Schemas } from "@/api/client";

export const STATUSES = ["pending", "approved", "processing", "partially_available", "available", "declined", "failed", "cancelled"] as const;
export const SORTS = ["newest", "oldest", "updated"] as const;
export const TYPES = ["movie", "tv"] as const;
export const WHOSE = ["all", "mine", "followed"] as const;

/** What the address says of the list; what is not there is as usual. */
export interface Filter {
  status?: (typeof STATUSES)[number] | "stuck";
  type?: (typeof TYPES)[number];
  sort?: (typeof SORTS)[number];
  whose?: (typeof WHOSE)[number];
  q?: string;
}

/** Whatever somebody has written into the address. */
export function validFilter(known: Record<string, unknown>): Filter {
  const filter: Filter = {};
  const status = [...STATUSES, "stuck" as const].find((each) => each === known["status"]);
  const type = TYPES.find((each) => each === known["type"]);
  const sort = SORTS.find((each) => each === known["sort"]);
  const whose = WHOSE.find((each) => each === known["whose"]);
  if (status) filter.status = status;
  if (type) filter.type = type;
  if (sort && sort !== "newest") filter.sort = sort;
  if (whose) filter.whose = whose;
  if (typeof known["q"] === "string" && known["q"].trim()) filter.q = known["q"].slice(0, 200);
  return filter;
}

export function queryOf(filter: Filter, whose: (typeof WHOSE)[number]) {
  return {
    status: filter.status && filter.status !== "stuck" ? filter.status : null,
    stuck: filter.status === "stuck",
    mediaType: filter.type ?? null,
    sort: filter.sort ?? ("newest" as const),
    q: filter.q?.trim() || null,
    mine: whose === "mine",
  };
}

export function countOf(counts: Schemas["RequestCounts"] | undefined, status: (typeof STATUSES)[number]): number | undefined {
  return counts?.[status === "partially_available" ? "partiallyAvailable" : status];
}

/** Numbers as people say them: 1–3, 5. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: [number, number][] = [];
  for (const number of sorted) {
    const last = parts.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`)).join(", ");
}
