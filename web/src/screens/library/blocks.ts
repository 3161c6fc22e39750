import { useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useCallback } from "react";

import { http, queries, type Schemas } from "@/api/client";
import type { Choice } from "@/screens/library/choice";

type Item = Schemas["LibraryItem"];
type Places = Schemas["ItemPlaces"];

const ITEMS = "/api/v1/plex/libraries/{library_key}/items";
const PLACES = "/api/v1/plex/libraries/{library_key}/places";
const AT_ONCE = 100;
/** What has been scrolled past for so long is read again when somebody comes back to it. */
const KEPT_MS = 120_000;

interface Span {
  first: number;
  last: number;
}

/** A list of any length, of which only what is looked at is read.
 *
 * `at(position)` is an item, or nothing while it is on its way. `total` is null until something is known of it.
 */
export function useBlocks(library: string, choice: Choice, near: Span) {
  const places = useQuery({
    queryKey: ["get", PLACES, { library, ...choice }],
    queryFn: async ({ signal }) => (await http.GET(PLACES, { params: { path: { library_key: library }, query: choice }, signal })).data!,
  });
  const size = places.data?.size ?? AT_ONCE;
  const wanted = blocksOf(near, size, places.data?.total ?? null);
  const blocks = useQueries({
    queries: wanted.map((block) => ({
      queryKey: ["get", ITEMS, { library, ...choice }, block, size],
      queryFn: ({ signal }: { signal: AbortSignal }) => read(library, choice, places.data?.cursors[block] ?? null, size, signal),
      gcTime: KEPT_MS,
    })),
    combine: together,
  });
  const key = wanted.join();
  // The same function as long as it answers the same, so that rows that do not change are not drawn again.
  const at = useCallback(
    (position: number): Item | undefined => {
      const block = key.split(",").indexOf(String(Math.floor(position / size)));
      return block < 0 ? undefined : blocks.items[block]?.[position % size];
    },
    [blocks.items, key, size],
  );
  // The first page may be there before the places are, and a short list needs nothing else.
  const total = places.data?.total ?? (blocks.whole === undefined ? null : blocks.whole);
  return {
    total,
    marks: places.data?.marks ?? NO_MARKS,
    stale: (places.data?.stale ?? false) || blocks.stale,
    failed: places.error ?? blocks.error,
    retry: () => void queries.refetchQueries({ predicate: ({ queryKey, state }) => String(queryKey[1]).startsWith("/api/v1/plex/") && state.status === "error" }),
    at,
  };
}

type Block = Awaited<ReturnType<typeof read>>;

function together(results: UseQueryResult<Block>[]) {
  return {
    items: results.map((each) => each.data?.items),
    stale: results.some((each) => each.data?.stale),
    error: results.find((each) => each.error)?.error ?? null,
    /** How many there are, if one page is all of it. */
    whole: results.find((each) => each.data?.ended)?.data?.items.length,
  };
}

const NO_MARKS: Places["marks"] = [];

/** The numbers of the blocks that hold what is near; all of them before anything is known is the first. */
export function blocksOf({ first, last }: Span, size: number, total: number | null): number[] {
  if (total === null) return [0];
  const end = Math.min(Math.floor(last / size), Math.ceil(total / size) - 1);
  const start = Math.max(0, Math.floor(first / size));
  return Array.from({ length: Math.max(0, end - start + 1) }, (_, n) => start + n);
}

/** A block of a very long list is more than one page of the API. */
async function read(library: string, choice: Choice, from: string | null, size: number, signal: AbortSignal) {
  const items: Item[] = [];
  let cursor = from;
  let stale = false;
  do {
    const query = { ...choice, cursor, limit: Math.min(AT_ONCE, size - items.length) };
    const page = (await http.GET(ITEMS, { params: { path: { library_key: library }, query }, signal })).data!;
    items.push(...page.items);
    stale ||= page.stale ?? false;
    cursor = page.nextCursor ?? null;
  } while (cursor && items.length < size);
  return { items, stale, ended: from === null && cursor === null };
}
