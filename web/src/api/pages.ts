import { useInfiniteQuery, type QueryKey } from "@tanstack/react-query";

interface Listed<T> {
  items: T[];
  nextCursor?: string | null;
}

/** A list of the API, page after page: `items` is all of it that has come.
 *
 * `key` begins with `"get"` and the path, as `api.useQuery` makes it, so that live events find it.
 */
export function usePages<T>(key: QueryKey, fetch: (cursor: string | null, signal: AbortSignal) => Promise<Listed<T>>, enabled = true) {
  const pages = useInfiniteQuery({
    queryKey: key,
    enabled,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => fetch(pageParam, signal),
    getNextPageParam: (last) => last.nextCursor ?? null,
  });
  return { ...pages, items: pages.data?.pages.flatMap((page) => page.items) ?? [] };
}
