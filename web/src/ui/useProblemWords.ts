import { useTranslation } from "react-i18next";

import { Problem } from "@/api/problem";

/** Why YouTube does not give something away is a word of its own beside these. */
const OF_YOUTUBE = new Set(["NOT_ON_YOUTUBE", "NOT_TO_BE_HAD", "YOUTUBE_REFUSES"]);

/** What went wrong, in a sentence: in the person's language where it has words for it, else as the portal says it, in English. */
export function useProblemWords(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return (error) => {
    if (!(error instanceof Problem)) return t("problems.UNKNOWN");
    const { code, detail, extra } = error;
    const reason = OF_YOUTUBE.has(code) && typeof extra["reason"] === "string" ? `failure.${extra["reason"]}` : "";
    if (reason && i18n.exists(reason)) return t(reason as "failure.PRIVATE");
    // One code may be refused for several reasons; a language says those in its own words, by the sentence of the portal.
    const said = i18n.getResource(i18n.language, "translation", "said") as Record<string, string> | undefined;
    const same = detail !== null ? said?.[detail] : undefined;
    if (same) return same;
    const known = [`problems.${code}`, `refusals.${code}`].find((key) => i18n.exists(key));
    return known ? t(known as "problems.OFFLINE") : (detail ?? t("problems.UNKNOWN"));
  };
}
