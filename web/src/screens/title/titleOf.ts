import { api, type Schemas } from "@/api/client";

/** Films and shows stand at two addresses that answer the same. */
export function titleOf(type: Schemas["MediaType"], tmdbId: number) {
  const path = type === "tv" ? "/api/v1/media/tv/{tmdb_id}" : "/api/v1/media/movie/{tmdb_id}";
  return api.queryOptions("get", path as "/api/v1/media/movie/{tmdb_id}", { params: { path: { tmdb_id: tmdbId } } });
}
