import { useTranslation } from "react-i18next";

/** What a kind of notification is, in the person's language; in the portal's own words where there are none yet. */
export function useNoticeWords() {
  const { t, i18n } = useTranslation();
  return ({ type, title, meaning }: { type: string; title: string; meaning: string }) => {
    const known = `notice.${type}`;
    if (!i18n.exists(`${known}.title`)) return { title, meaning };
    return { title: t(`${known}.title` as "notice.broadcast.title"), meaning: t(`${known}.meaning` as "notice.broadcast.meaning") };
  };
}
