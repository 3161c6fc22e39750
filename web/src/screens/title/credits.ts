import type { Schemas } from "@/api/client";

type Credit = Schemas["Credit"];

/** Each title once, with all that somebody did in it; the latest first, and what has no year yet before that. */
export function creditsOf(credits: readonly Credit[]): Credit[] {
  const titles = new Map<string, Credit>();
  for (const credit of credits) {
    const name = `${credit.mediaType}-${credit.tmdbId}`;
    const known = titles.get(name);
    if (!known) titles.set(name, credit);
    else if (credit.role && !known.role?.split(", ").includes(credit.role))
      titles.set(name, { ...known, role: [known.role, credit.role].filter(Boolean).join(", ") });
  }
  return [...titles.values()].sort((a, b) => (b.year ?? Infinity) - (a.year ?? Infinity));
}
