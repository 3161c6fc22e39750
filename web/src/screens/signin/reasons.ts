import { useTranslation } from "react-i18next";

/** What a code of the API means, where its own words have been lost on the way through an address. */
export function useReason(): (code: string) => string {
  const { t, i18n } = useTranslation();
  return (code) => {
    const known = `problems.${code}`;
    return i18n.exists(known) ? t(known as "problems.OFFLINE") : t("problems.UNKNOWN_CODE", { code });
  };
}
