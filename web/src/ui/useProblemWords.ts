import { useTranslation } from "react-i18next";

import { Problem } from "@/api/problem";

/** What went wrong, in a sentence: in the person's language where it has words for it, else as the portal says it, in English. */
export function useProblemWords(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return (error) => {
    if (!(error instanceof Problem)) return t("problems.UNKNOWN");
    const known = [`problems.${error.code}`, `refusals.${error.code}`].find((key) => i18n.exists(key));
    return known ? t(known as "problems.OFFLINE") : (error.detail ?? t("problems.UNKNOWN"));
  };
}
