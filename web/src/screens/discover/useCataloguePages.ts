import { keepPreviousData, useInfiniteQuery, type QueryKey } from "@tanstack/react-query";

import type { Schemas } from "@/api/client";

type Page = Schemas["SearchPage"];
type Found = Page["items"][number];

/** What is on one page of the catalogue may be on the next one, too, since it moves while somebody reads. */
export function once(pages: readonly Page[]): Found[] {
  const seen = new Map<string, Found>();
  for (const found of pages.flatMap((page) => page.items)) {
    const name = `${found.mediaType}-${found.tmdbId}`;
    if (!seen.has(name)) seen.set(name, found);
  }
  return [...seen.values()];
}

/** A list of the catalogue, page after page. The last one stays until the next one has come. */
export function useCataloguePages(key: QueryKey, fetch: (page: number, signal: AbortSignal) => Promise<Page>) {
  const pages = useInfiniteQuery({
    queryKey: key,
    initialPageParam: 1,
    queryFn: ({ pageParam, signal }) => fetch(pageParam, signal),
    getNextPageParam: (last) => (last.page < last.totalPages ? last.page + 1 : null),
    placeholderData: keepPreviousData,
  });
  return { ...pages, items: once(pages.data?.pages ?? []) };
}
