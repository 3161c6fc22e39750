import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { TitleIssues } from "@/screens/issues/TitleIssues";
import { Actions } from "@/screens/title/Actions";
import { Asked } from "@/screens/title/Asked";
import { Cast } from "@/screens/title/Cast";
import { Facts } from "@/screens/title/Facts";
import { More } from "@/screens/title/More";
import { Places } from "@/screens/title/Places";
import { Seasons } from "@/screens/title/Seasons";
import { titleOf } from "@/screens/title/titleOf";
import { WhereToWatch } from "@/screens/title/WhereToWatch";
import { BASE } from "@/base";
import { Failure } from "@/ui/Failure";
import { useTitle } from "@/ui/Page";
import { Poster } from "@/ui/Poster";
import { Skeleton } from "@/ui/Skeleton";
import { Status } from "@/ui/Status";

const route = getRouteApi("/in/title/$type/$tmdbId");

export function Title() {
  const { type, tmdbId } = route.useParams();
  const title = useQuery(titleOf(type as Schemas["MediaType"], Number(tmdbId)));
  useTitle(title.data?.title ?? "");
  if (title.isError && !title.data) return <Failure error={title.error} retry={() => void title.refetch()} />;
  if (title.isPending) return <OnItsWay />;
  return <Known key={`${type}-${tmdbId}`} title={title.data} />;
}

function Known({ title }: { title: Schemas["Title"] }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  return (
    <div className="relative isolate flex flex-col gap-10">
      <Backdrop src={title.backdropUrl} />
      <article className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-4 gap-y-5 sm:grid-cols-[14rem_minmax(0,1fr)] sm:gap-x-8 lg:grid-cols-[16rem_minmax(0,1fr)]">
        <Poster src={title.posterUrl} title={title.title} className="self-start shadow-lg sm:row-span-2" />
        <header className="flex max-w-prose min-w-0 flex-col gap-2">
          <h1 className="text-2xl font-semibold break-words sm:text-4xl">
            {title.title} {title.year && <span className="font-normal text-soft">({title.year})</span>}
          </h1>
          {title.originalTitle && title.originalTitle !== title.title && <p className="text-soft">{title.originalTitle}</p>}
          <Facts title={title} />
          <div className="flex flex-wrap gap-x-6 gap-y-1" aria-live="polite">
            <Status of={title.availability} />
            {title.availability4k && title.availability4k !== "none" && (
              <span className="inline-flex gap-2">
                4K <Status of={title.availability4k} />
              </span>
            )}
          </div>
          <Places places={title.inLibrary ?? []} />
        </header>
        <div className="col-span-2 flex max-w-prose flex-col gap-4 sm:col-span-1">
          <Actions title={title} />
          {title.stale && <p className="text-sm text-warn">{t("title.stale", { when: title.staleSince ? ago(title.staleSince) : "" })}</p>}
          {title.tagline && <p className="text-soft italic">{title.tagline}</p>}
          {title.overview && <p>{title.overview}</p>}
        </div>
      </article>
      <Asked title={title} />
      {title.mediaType === "tv" && <Seasons title={title} />}
      <WhereToWatch places={title.whereToWatch ?? null} />
      <Cast title={title} />
      <TitleIssues title={title} />
      <More title={title} relation="recommended" />
      <More title={title} relation="similar" />
    </div>
  );
}

/** Behind the top of the page; it fades, so that words on it can be read, and a phone needs no more than half its points. */
function Backdrop({ src }: { src: string | null | undefined }) {
  if (!src) return null;
  return (
    <div aria-hidden className="absolute -inset-x-4 -top-4 -z-10 h-72 overflow-hidden sm:h-[28rem] md:-inset-x-8">
      <img src={`${BASE}${src}`} srcSet={sizesOf(src)} sizes="(max-width: 40rem) 50vw, 100vw" alt="" decoding="async" className="size-full object-cover object-top opacity-35" />
      <div className="absolute inset-0 bg-linear-to-t from-ground to-transparent" />
    </div>
  );
}

function sizesOf(src: string): string | undefined {
  if (!src.includes("/images/w1280/")) return undefined;
  return [780, 1280].map((width) => `${BASE}${src.replace("/w1280/", `/w${width}/`)} ${width}w`).join(", ");
}

function OnItsWay() {
  return (
    <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-4 gap-y-5 sm:grid-cols-[14rem_minmax(0,1fr)] sm:gap-x-8 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <Skeleton className="aspect-[2/3] sm:row-span-2" />
      <div className="max-w-prose">
        <Skeleton className="h-8 w-2/3 sm:h-10" />
        <Skeleton className="mt-4 h-5 w-1/2" />
        <Skeleton className="mt-2 h-5 w-1/3" />
      </div>
      <div className="col-span-2 max-w-prose sm:col-span-1">
        <Skeleton className="h-11 w-48" />
        <Skeleton className="mt-4 h-28" />
      </div>
    </div>
  );
}
