import { useTranslation } from "react-i18next";

/** The portal says why in English sentences of a small set; `{…}` is a name or a number. */
const USUAL = {
  "It has been requested already.": "requested",
  "It is being fetched already.": "fetched",
  "It is in the library already.": "available",
  "An administrator has blocked it.": "blocked",
  "Specials are switched off in Overseerr.": "specials",
  "There are no specials of it.": "noSpecials",
  "Only the whole show can be requested.": "whole",
  "No season of it has episodes yet.": "noEpisodes",
  "All its seasons are there or requested.": "allTaken",
  "All its seasons are there or requested already.": "allTaken",
  "Somebody has asked for it already.": "requested",
  "You have asked for it already.": "yours",
  "It has {seasons} seasons, more than the quota leaves.": "tooMany",
  "The quota is {limit} films in {days} days; {left} left.": "quotaOfFilms",
  "The quota is {limit} seasons in {days} days; {left} left.": "quotaOfSeasons",
  "On their behalf.": "behalf",
  "On their behalf, on top of the quota.": "behalfOnTop",
  "From the watchlist at Plex.": "watchlist",
  "Asked for in Overseerr.": "inOverseerr",
  "By the rule “{rule}”.": "rule",
  "Approved with the others.": "withOthers",
  "Added to another request as that was decided in {where}.": "apart",
  "Season {seasons} is asked for apart, since {where} had decided about the others.": "othersApart",
  "Seasons {before} → {after}.": "seasons",
  "Another note.": "note",
  "The note was taken away.": "noNote",
  "Whoever asked for it has left.": "left",
  "It was declined in Overseerr.": "declinedThere",
  "It was deleted in {where}.": "deletedThere",
  "Radarr or Sonarr did not take it.": "notTaken",
  "{where} knows no such film.": "noFilm",
  "{where} knows no such show.": "noShow",
  "Overseerr has no season left to request.": "noSeasonLeft",
  "It has been downloaded and is not in the library yet.": "downloaded",
  "Part of it has been downloaded and is not in the library yet.": "partDownloaded",
  "It is tried again by itself.": "again",
  "It is not asked for again while it stays on the watchlist.": "notAgain",
  "The request for it was declined.": "wasDeclined",
  "The request for it was cancelled.": "wasCancelled",
  "The request for it was failed.": "hasFailed",
  "Plex does not say which title of TMDB this is.": "noNumber",
} as const;

type Usual = keyof typeof USUAL;
interface Known {
  key: (typeof USUAL)[Usual];
  gaps: Record<string, string>;
}

const PATTERNS = (Object.keys(USUAL) as Usual[]).filter((each) => each.includes("{")).map((each) => ({ key: USUAL[each], pattern: patternOf(each) }));
const END = /(?<=\.) (?=[A-Z])/;

/** Why something is as it is, as the portal says it; in the person's language where it is one of the usual reasons.
 * Half a translation helps nobody, and what people have typed stays as it is. */
export function useReason(): (said: string | null | undefined) => string | null {
  const { t } = useTranslation();
  return (said) => {
    if (!said) return null;
    const known = sentencesOf(said);
    return known ? known.map(({ key, gaps }) => t(`reason.${key}`, { ...gaps, defaultValue: said })).join(" ") : said;
  };
}

export function sentencesOf(said: string): Known[] | null {
  const whole = sentenceOf(said);
  if (whole) return [whole];
  const parts = said.split(END).map(sentenceOf);
  return parts.every((each) => each !== null) ? parts : null;
}

function sentenceOf(said: string): Known | null {
  if (Object.hasOwn(USUAL, said)) return { key: USUAL[said as Usual], gaps: {} };
  for (const { key, pattern } of PATTERNS) {
    const found = pattern.exec(said);
    if (found) return { key, gaps: { ...found.groups } };
  }
  return null;
}

/** A name is no sentence, and no longer than names are. */
function patternOf(sentence: string): RegExp {
  const plain = sentence.replaceAll(/[.?()]/g, "\\$&");
  return new RegExp(`^${plain.replaceAll(/\{(\w+)\}/g, "(?<$1>(?:(?!\\. ).){1,100}?)")}$`);
}
