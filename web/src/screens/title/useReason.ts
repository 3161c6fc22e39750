import { useTranslation } from "react-i18next";

/** Why something cannot be had, as the portal says it; in the person's language where it is one of the usual reasons. */
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
} as const;

export function useReason(): (said: string | null | undefined) => string | null {
  const { t } = useTranslation();
  return (said) => {
    if (!said) return null;
    return said in USUAL ? t(`reason.${USUAL[said as keyof typeof USUAL]}`) : said;
  };
}
