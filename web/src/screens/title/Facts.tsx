import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";

export function Facts({ title }: { title: Schemas["Title"] }) {
  const { t } = useTranslation();
  const { date, decimal } = useFormats();
  const { certification, tmdb } = title.ratings ?? {};
  const facts = [
    t(`kind.${title.mediaType}`),
    title.runtimeMinutes ? t("minutes", { count: title.runtimeMinutes }) : null,
    ...(title.genres ?? []),
  ].filter(Boolean);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-soft">
      {certification && (
        <span className="rounded border border-soft px-1.5 text-sm" aria-label={t("title.certification", { certification })}>
          {certification}
        </span>
      )}
      <span>{facts.join(" · ")}</span>
      {tmdb ? (
        <span className="inline-flex items-center gap-1" title={t("title.rating")}>
          <Star aria-hidden className="size-4" />
          <span className="sr-only">{t("title.rating")}</span>
          {decimal(tmdb)}
        </span>
      ) : null}
      {isAhead(title.releaseDate) && <span className="text-warn">{t("title.comes", { when: date(title.releaseDate!) })}</span>}
    </div>
  );
}

function isAhead(day: string | null | undefined): boolean {
  return Boolean(day) && Date.parse(day!) > Date.now();
}
