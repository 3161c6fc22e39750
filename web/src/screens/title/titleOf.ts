import { api, queries, type Schemas } from "@/api/client";

/** Films and shows stand at two addresses that answer the same. */
export function titleOf(type: Schemas["MediaType"], tmdbId: number) {
  const path = type === "tv" ? "/api/v1/media/tv/{tmdb_id}" : "/api/v1/media/movie/{tmdb_id}";
  return api.queryOptions("get", path as "/api/v1/media/movie/{tmdb_id}", { params: { path: { tmdb_id: tmdbId } } });
}

/** What may be asked for of it. */
export function optionsOf(type: Schemas["MediaType"], tmdbId: number) {
  return api.queryOptions("get", "/api/v1/media/options/{media_type}/{tmdb_id}", { params: { path: { media_type: type, tmdb_id: tmdbId } } });
}

const WAY_KEPT_MS = 600_000;

/** What the library knows of it, the way to Plex above all. */
export function placeOf(ratingKey: string) {
  return { ...api.queryOptions("get", "/api/v1/plex/items/{rating_key}", { params: { path: { rating_key: ratingKey } } }), staleTime: WAY_KEPT_MS };
}

/** All that decides which buttons there are: one that comes later pushes down what is below it. */
export async function readTitle(type: Schemas["MediaType"], tmdbId: number): Promise<void> {
  const options = queries.prefetchQuery(optionsOf(type, tmdbId));
  const { inLibrary } = await queries.ensureQueryData(titleOf(type, tmdbId));
  const first = inLibrary?.[0];
  await Promise.all([options, first && queries.prefetchQuery(placeOf(first.ratingKey))]);
}
