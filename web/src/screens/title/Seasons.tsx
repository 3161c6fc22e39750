import { Check, ChevronDown } from "lucide-react";
import { Accordion } from "radix-ui";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { useReason } from "@/screens/title/useReason";
import { Failure } from "@/ui/Failure";
import { Skeleton } from "@/ui/Skeleton";
import { Status } from "@/ui/Status";

/** How far the household is with each; its episodes once it is opened. */
export function Seasons({ title }: { title: Schemas["Title"] }) {
  const { t } = useTranslation();
  // A season without episodes is one only on paper.
  const seasons = (title.seasons ?? []).filter((season) => season.episodeCount > 0);
  if (seasons.length === 0) return null;
  return (
    <section aria-labelledby="seasons">
      <h2 id="seasons" className="mb-3 text-xl font-semibold">
        {t("title.seasons")}
      </h2>
      <Accordion.Root type="multiple" className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-raised">
        {seasons.map((season) => (
          <Accordion.Item key={season.number} value={String(season.number)}>
            <Accordion.Header className="flex">
              <Accordion.Trigger className="group flex min-h-14 w-full flex-wrap items-center gap-x-4 px-4 py-2 text-left hover:bg-line/30">
                <ChevronDown aria-hidden className="size-5 shrink-0 text-soft transition group-data-[state=open]:rotate-180" />
                <span className="min-w-0 flex-1">
                  <span className="font-medium">{season.name}</span>{" "}
                  <span className="text-sm whitespace-nowrap text-soft">
                    {[season.airDate?.slice(0, 4), t("episodes", { count: season.episodeCount })].filter(Boolean).join(" · ")}
                  </span>
                </span>
                <Status of={season.availability} />
                {season.availability === "none" && (
                  <span className="text-sm text-soft">{t(season.requestable || (season.number > 0 && title.requestable) ? "title.onOffer" : "title.notOffered")}</span>
                )}
              </Accordion.Trigger>
            </Accordion.Header>
            <Accordion.Content>
              <Episodes tmdbId={title.tmdbId} season={season} />
            </Accordion.Content>
          </Accordion.Item>
        ))}
      </Accordion.Root>
    </section>
  );
}

function Episodes({ tmdbId, season }: { tmdbId: number; season: Schemas["Season"] }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const reason = useReason();
  const page = api.useQuery("get", "/api/v1/media/tv/{tmdb_id}/season/{number}", { params: { path: { tmdb_id: tmdbId, number: season.number } } });
  if (page.isError && !page.data)
    return (
      <div className="p-4">
        <Failure error={page.error} retry={() => void page.refetch()} />
      </div>
    );
  return (
    <div className="border-t border-line bg-ground/50 px-4 py-3">
      {season.availability === "none" && season.reason && <p className="mb-2 text-sm text-soft">{reason(season.reason)}</p>}
      {page.data?.overview && <p className="mb-3 max-w-prose text-sm">{page.data.overview}</p>}
      <ol className="flex flex-col">
        {page.isPending && Array.from({ length: season.episodeCount }, (_, place) => <Skeleton key={place} className="my-1 h-9" />)}
        {page.data?.episodes.map((episode) => (
          <li key={episode.number} className="flex min-h-11 items-baseline gap-3 py-1.5">
            <span className="w-7 shrink-0 text-right text-soft tabular-nums">{episode.number}</span>
            <span className="min-w-0 flex-1">
              <span className="break-words">{episode.name}</span>
              {episode.overview && <span className="mt-0.5 line-clamp-2 block text-sm text-soft">{episode.overview}</span>}
            </span>
            {season.availability === "available" && <Check aria-label={t("status.available")} className="size-4 shrink-0 text-good" />}
            {episode.airDate && <span className="shrink-0 text-sm text-soft">{date(episode.airDate)}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}
