import { useTranslation } from "react-i18next";

import { useFormats } from "@/i18n/formats";

/** Why videos of a list were not taken. */
export function Skipped({ skipped }: { skipped: Record<string, number> }) {
  const { t, i18n } = useTranslation();
  const { number } = useFormats();
  const reasons = Object.entries(skipped).filter(([, count]) => count > 0);
  if (reasons.length === 0) return null;
  const named = (reason: string) => {
    const key = `skipped.${reason}`;
    return i18n.exists(key) ? t(key as "skipped.private") : reason.replaceAll("_", " ");
  };
  return (
    <p className="text-sm text-soft">
      {t("youtube.skipped")}: {reasons.map(([reason, count]) => `${named(reason)} (${number(count)})`).join(", ")}
    </p>
  );
}
