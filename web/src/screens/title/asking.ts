import type { Schemas } from "@/api/client";

type Title = Schemas["Title"];
type Options = Schemas["RequestOptions"];
export type Quality = "standard" | "fourK";

/** What somebody has filled in before asking for a title. */
export interface Wish {
  quality: Quality;
  seasons: ReadonlySet<number>;
  note: string;
  /** Somebody else, where an administrator asks for them. */
  userId: string;
  usesQuota: boolean;
}

/** The quality that can be had; the usual one first. */
export function firstQuality(options: Options): Quality {
  return !options.standard.requestable && options.fourK.requestable ? "fourK" : "standard";
}

/** Where the household's backend takes a show as a whole: what is free can then not be had season by season. */
export function wholeOnly(title: Title, options: Options): boolean {
  const free = new Set(options.standard.seasons);
  return (title.seasons ?? []).some((season) => season.number > 0 && free.has(season.number) && !season.requestable);
}

/** What can be ticked. Specials belong to no whole, and are told of apart. */
export function openSeasons(title: Title, options: Options, quality: Quality): number[] {
  const specials = (title.seasons ?? []).find((season) => season.number === 0);
  const offered = options.specialsOffered && specials !== undefined && (quality === "fourK" || specials.requestable);
  const numbered = wholeOnly(title, options) ? [] : options[quality].seasons.filter((season) => season > 0);
  return offered ? [0, ...numbered] : numbered;
}

/** What is ticked to begin with: all that can be had, as far as the quota goes. Specials only if somebody wants them. */
export function firstSeasons(title: Title, options: Options, quality: Quality): Set<number> {
  const open = options[quality].seasons.filter((season) => season > 0);
  const most = wholeOnly(title, options) ? open.length : (options.quota.remaining ?? open.length);
  return new Set(open.slice(0, most));
}

/** A film counts as one, a show as many as its seasons. */
export function weight(title: Title, wish: Wish): number {
  return title.mediaType === "tv" ? wish.seasons.size : 1;
}

/** Whether it goes beyond what is left. Another person's quota is the portal's to judge. */
export function exceeds(title: Title, wish: Wish, quota: Options["quota"]): boolean {
  return !wish.userId && quota.remaining !== null && weight(title, wish) > quota.remaining;
}

export function isComplete(title: Title, wish: Wish): boolean {
  return title.mediaType === "movie" || wish.seasons.size > 0;
}

/** `is4k` and the seasons are always said: what is left out is guessed elsewhere. */
export function bodyOf(title: Title, wish: Wish, whole = false): Schemas["RequestMediaBody"] {
  return {
    mediaType: title.mediaType,
    tmdbId: title.tmdbId,
    is4k: wish.quality === "fourK",
    usesQuota: wish.userId ? wish.usesQuota : true,
    ...(title.mediaType === "tv" && { seasons: whole && !wish.seasons.has(0) ? ("all" as const) : named(title, wish, whole) }),
    ...(wish.note.trim() && { note: wish.note.trim() }),
    ...(wish.userId && { userId: wish.userId }),
  };
}

function named(title: Title, wish: Wish, whole: boolean): number[] {
  const regular = (title.seasons ?? []).filter((season) => season.number > 0 && season.episodeCount > 0).map((season) => season.number);
  return [...new Set(whole ? [0, ...regular] : wish.seasons)].sort((a, b) => a - b);
}

/** What stands in the way, as `ALREADY_REQUESTED` and `ALREADY_AVAILABLE` name it. */
export function existingOf(extra: Readonly<Record<string, unknown>>): { id: string | null; canFollow: boolean } | null {
  const existing = extra["existing"];
  if (typeof existing !== "object" || existing === null) return null;
  const { id, followUrl } = existing as { id?: unknown; followUrl?: unknown };
  return { id: typeof id === "string" ? id : null, canFollow: typeof followUrl === "string" };
}
