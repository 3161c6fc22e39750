import type { Schemas } from "@/api/client";

export const SHELVES = ["trending", "movies", "tv", "upcoming"] as const;
export type Shelf = (typeof SHELVES)[number];
export type Kind = Schemas["MediaType"];

/** How a shelf is narrowed; what the API does not take for it is left out. */
export interface Narrowed {
  type?: Kind;
  genre?: number;
  provider?: number;
  year?: number;
  sort?: "newest";
}

const OLDEST = 1870;
const LATEST = 2100;

export function validNarrowed(known: Record<string, unknown>): Narrowed {
  const type = known["type"] === "movie" || known["type"] === "tv" ? known["type"] : undefined;
  const genre = Number(known["genre"]);
  const provider = Number(known["provider"]);
  const year = Number(known["year"]);
  return {
    ...(type && { type }),
    ...(Number.isSafeInteger(genre) && genre > 0 && { genre }),
    ...(Number.isSafeInteger(provider) && provider > 0 && { provider }),
    ...(Number.isSafeInteger(year) && year >= OLDEST && year <= LATEST && { year }),
    ...(known["sort"] === "newest" && { sort: "newest" as const }),
  };
}

/** Which kind's genres and providers a shelf can be narrowed to; none where both kinds stand together. */
export function kindOf(shelf: Shelf, type: Kind | undefined): Kind | null {
  if (shelf === "tv") return "tv";
  if (shelf === "movies") return "movie";
  return shelf === "upcoming" ? (type ?? null) : null;
}

/** Only the shelves of one kind have years and an order. */
export function hasYears(shelf: Shelf): boolean {
  return shelf === "movies" || shelf === "tv";
}

const FIRST_FILMS = 1900;

/** The latest first. The newest of what has come out are of this year at most; others may be announced for the next. */
export function yearsOf(sort: Narrowed["sort"], thisYear: number): number[] {
  const last = sort === "newest" ? thisYear : thisYear + 1;
  return Array.from({ length: last - FIRST_FILMS + 1 }, (_, back) => last - back);
}

export function queryOf(shelf: Shelf, { type, genre, provider, year, sort }: Narrowed) {
  const narrowable = kindOf(shelf, type) !== null;
  return {
    ...((shelf === "trending" || shelf === "upcoming") && type && { type }),
    ...(narrowable && genre && { genre }),
    ...(narrowable && provider && { provider }),
    ...(hasYears(shelf) && year && { year }),
    ...(hasYears(shelf) && sort && { sort }),
  };
}
