import type { Schemas } from "@/api/client";

export type Sort = Schemas["ItemSort"];
export type ItemType = Schemas["ItemType"];

/** What of a library is shown, and in which order: the address of the page says it. */
export interface Choice {
  sort?: Sort;
  order?: Schemas["SortOrder"];
  type?: ItemType;
  genre?: string;
  yearFrom?: number;
  yearTo?: number;
  contentRating?: string;
  ratingFrom?: number;
  unwatched?: true;
}

export interface Looking extends Choice {
  library?: string;
}

export const SORTS = ["title", "addedAt", "year", "rating", "releasedAt", "duration"] as const satisfies readonly Sort[];
/** What a library of that type can list, what it lists by itself first. */
export const TYPES: Record<string, readonly ItemType[]> = {
  movie: ["movie", "collection"],
  show: ["show", "season", "episode", "collection"],
  artist: ["artist", "album", "track", "collection"],
};
const NARROWS = ["genre", "yearFrom", "yearTo", "contentRating", "ratingFrom", "unwatched"] as const;
export type Narrow = (typeof NARROWS)[number];

/** What can be understood of an address that somebody may have written by hand; nothing else is asked of the portal. */
export function lookingAt(known: Record<string, unknown>): Looking {
  const { library, sort, order, type, genre, contentRating, unwatched } = known;
  const yearFrom = whole(known["yearFrom"], 1, 9999);
  const yearTo = whole(known["yearTo"], 1, 9999);
  const ratingFrom = whole(known["ratingFrom"], 0, 10);
  return {
    ...(isKey(library) && { library: String(library) }),
    ...(SORTS.some((each) => each === sort) && { sort: sort as Sort }),
    ...((order === "asc" || order === "desc") && { order }),
    ...(Object.values(TYPES).some((each) => each.includes(type as ItemType)) && { type: type as ItemType }),
    ...(isWord(genre, 100) && { genre: String(genre) }),
    ...(isWord(contentRating, 20) && { contentRating: String(contentRating) }),
    ...(yearFrom !== undefined && { yearFrom }),
    ...(yearTo !== undefined && { yearTo }),
    ...(ratingFrom !== undefined && { ratingFrom }),
    ...((unwatched === true || unwatched === "true") && { unwatched: true }),
  };
}

export function choiceOf(looking: Looking): Choice {
  return without(looking, "library");
}

/** As a list goes unless somebody says otherwise. */
export function descends({ sort = "title", order }: Choice): boolean {
  return order ? order === "desc" : sort !== "title";
}

export function narrowed(choice: Choice): Narrow[] {
  return NARROWS.filter((each) => choice[each] !== undefined);
}

export function without<T extends Looking>(looking: T, ...names: (keyof Looking)[]): T {
  return Object.fromEntries(Object.entries(looking).filter(([name]) => !names.includes(name as keyof Looking))) as T;
}

function isKey(value: unknown): boolean {
  return /^\d{1,18}$/.test(String(value)) && (typeof value === "string" || typeof value === "number");
}

// An address that holds a number is read as one: the film of that name, and a rating like "12".
function isWord(value: unknown, longest: number): boolean {
  return (typeof value === "string" || typeof value === "number") && String(value).length > 0 && String(value).length <= longest;
}

function whole(value: unknown, least: number, most: number): number | undefined {
  const number = typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : NaN;
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
}
