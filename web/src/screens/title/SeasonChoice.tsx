import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useReason } from "@/screens/title/useReason";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Status } from "@/ui/Status";

interface SeasonChoiceProps {
  title: Schemas["Title"];
  options: Schemas["RequestOptions"];
  /** Those that can be had. */
  open: number[];
  /** All or nothing. */
  whole?: boolean;
  chosen: ReadonlySet<number>;
  choose: (seasons: Set<number>) => void;
}

/** The seasons of a show: those that can be had can be ticked, the others say how far they are. */
export function SeasonChoice({ title, options, open, whole = false, chosen, choose }: SeasonChoiceProps) {
  const { t } = useTranslation();
  const reason = useReason();
  const seasons = (title.seasons ?? []).filter((season) => season.episodeCount > 0 && (season.number > 0 || options.specialsOffered));
  const numbered = open.filter((season) => season > 0);
  const all = numbered.length > 0 && numbered.every((season) => chosen.has(season));
  const toggle = (season: number) => {
    const next = new Set(chosen);
    if (!next.delete(season)) next.add(season);
    choose(next);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">{t("title.seasons")}</legend>
      <div className="flex items-center justify-between gap-3">
        <span aria-hidden className="font-medium">
          {t("title.seasons")}
        </span>
        {numbered.length > 1 && (
          <Button look="link" className="px-2" onClick={() => choose(new Set(all ? [] : numbered))}>
            {all ? t("ask.none") : t("ask.all")}
          </Button>
        )}
      </div>
      <ul className="-mx-2 max-h-[40dvh] overflow-y-auto px-2">
        {seasons.map((season) => {
          const canBeHad = open.includes(season.number);
          return (
            <li key={season.number} className="flex items-center justify-between gap-3">
              <Check checked={chosen.has(season.number)} disabled={!canBeHad} onChange={() => toggle(season.number)}>
                {season.name} <span className="text-sm whitespace-nowrap text-soft">{t("episodes", { count: season.episodeCount })}</span>
              </Check>
              {!canBeHad && <Status of={season.availability} />}
            </li>
          );
        })}
      </ul>
      {whole && <p className="mt-1 text-sm text-soft">{t("reason.whole")}</p>}
      {!options.specialsOffered && options.specialsReason && (title.seasons ?? []).some((season) => season.number === 0) && (
        <p className="mt-1 text-sm text-soft">{reason(options.specialsReason)}</p>
      )}
    </fieldset>
  );
}
