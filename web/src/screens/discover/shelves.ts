import type { Schemas } from "@/api/client";

export const SHELVES = ["trending", "movies", "tv", "upcoming"] as const;
export type Shelf = (typeof SHELVES)[number];
export type Kind = Schemas["MediaType"];

/** How a shelf is narrowed; what the API does not take for it is left out. */
export interface Narrowed {
  type?: Kind;
  genre?: number;
  provider?: number;
}

export function validNarrowed(known: Record<string, unknown>): Narrowed {
  const type = known["type"] === "movie" || known["type"] === "tv" ? known["type"] : undefined;
  const genre = Number(known["genre"]);
  const provider = Number(known["provider"]);
  return {
    ...(type && { type }),
    ...(Number.isSafeInteger(genre) && genre > 0 && { genre }),
    ...(Number.isSafeInteger(provider) && provider > 0 && { provider }),
  };
}

/** Which kind's genres and providers a shelf can be narrowed to; none where both kinds stand together. */
export function kindOf(shelf: Shelf, type: Kind | undefined): Kind | null {
  if (shelf === "tv") return "tv";
  if (shelf === "movies") return "movie";
  return shelf === "upcoming" ? (type ?? null) : null;
}

export function queryOf(shelf: Shelf, { type, genre, provider }: Narrowed) {
  const narrowable = kindOf(shelf, type) !== null;
  return {
    ...((shelf === "trending" || shelf === "upcoming") && type && { type }),
    ...(narrowable && genre && { genre }),
    ...(narrowable && provider && { provider }),
  };
}
