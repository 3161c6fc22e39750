import { getRouteApi, Link } from "@tanstack/react-router";
import { ChevronRight, MessageSquareWarning, Play } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { BASE } from "@/base";
import { useFormats } from "@/i18n/formats";
import { Cast, Facts } from "@/screens/library/ItemFacts";
import { Parts } from "@/screens/library/Parts";
import { shapeOf } from "@/screens/library/GridCard";
import { Versions } from "@/screens/library/Versions";
import { buttonLook } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { useTitle } from "@/ui/Page";
import { plexPicture } from "@/ui/plexPicture";
import { Poster } from "@/ui/Poster";
import { Skeleton } from "@/ui/Skeleton";

type Detail = Schemas["ItemDetail"];

const route = getRouteApi("/in/item/$ratingKey");
const PATH = "/api/v1/plex/items/{rating_key}";

export function Item() {
  const { ratingKey } = route.useParams();
  const item = api.useQuery("get", PATH, { params: { path: { rating_key: ratingKey } } });
  useTitle(item.data ? [item.data.grandparentTitle, item.data.title].filter(Boolean).join(": ") : "");
  if (item.isError && !item.data) return <Failure error={item.error} retry={() => void item.refetch()} />;
  if (item.isPending) return <Coming />;
  return <Shown key={ratingKey} item={item.data} />;
}

function Shown({ item }: { item: Detail }) {
  const { t } = useTranslation();
  const { lasting } = useFormats();
  const art = plexPicture(item.art, 960, 9 / 16);
  const left = item.viewOffsetMs && item.durationMs ? (item.durationMs - item.viewOffsetMs) / 1000 : null;
  return (
    <div className="flex flex-col gap-8">
      <Backdrop art={art}>
        <article className="flex flex-col gap-6 sm:flex-row">
          <Poster
            src={plexPicture(item.image, 320, shapeOf(item.type) === "wide" ? 9 / 16 : shapeOf(item.type) === "square" ? 1 : 1.5)}
            title={item.title}
            shape={shapeOf(item.type)}
            className={shapeOf(item.type) === "wide" ? "w-full max-w-sm shrink-0 self-start" : "w-40 shrink-0 self-start sm:w-56 lg:w-64"}
          />
          <div className="flex max-w-prose min-w-0 flex-col gap-4">
            <div>
              <Above item={item} />
              <h1 className="text-3xl font-semibold break-words">{item.title}</h1>
              {item.tagline && <p className="mt-1 text-soft italic">{item.tagline}</p>}
              <Line item={item} />
            </div>
            {item.stale && <p className="text-sm text-warn">{t("item.stale")}</p>}
            <div className="flex flex-wrap gap-2">
              {item.plexUrl && (
                <a href={item.plexUrl} target="_blank" rel="noreferrer" className={buttonLook("main")}>
                  <Play aria-hidden className="size-5" /> {t("item.watch")}
                </a>
              )}
              <ToTitle item={item} />
            </div>
            {(!!item.viewCount || left !== null) && (
              <p className="text-sm text-soft">
                {[item.viewCount ? t("item.seen", { count: item.viewCount }) : null, left !== null ? t("item.left", { time: lasting(left) }) : null]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            )}
            {item.summary && <p className="whitespace-pre-line">{item.summary}</p>}
          </div>
        </article>
      </Backdrop>
      <Parts item={item} />
      <Facts item={item} />
      <Cast cast={item.cast ?? []} />
      <Versions media={item.media ?? []} />
    </div>
  );
}

/** Behind the beginning of the page, and fading into it. */
function Backdrop({ art, children }: { art: string | null; children: ReactNode }) {
  if (!art) return <>{children}</>;
  return (
    <div className="relative -mx-4 -mt-4 px-4 pt-24 sm:pt-40 md:-mx-8 md:px-8">
      <div aria-hidden className="absolute inset-x-0 top-0 -z-10 h-64 overflow-hidden sm:h-96">
        <img src={`${BASE}${art}`} alt="" className="size-full object-cover opacity-50" />
        <div className="absolute inset-0 bg-gradient-to-t from-ground to-transparent" />
      </div>
      {children}
    </div>
  );
}

/** The show of an episode, the season it is of: each leads there. */
function Above({ item }: { item: Detail }) {
  const way = [
    { title: item.grandparentTitle, key: item.grandparentKey },
    { title: item.parentTitle, key: item.parentKey },
  ].filter((each): each is { title: string; key: string | null | undefined } => !!each.title);
  if (way.length === 0) return null;
  return (
    <p className="flex flex-wrap items-center gap-1 text-soft">
      {way.map((each, place) => (
        <span key={each.title} className="flex items-center gap-1">
          {place > 0 && <ChevronRight aria-hidden className="size-4" />}
          {each.key ? (
            <Link to="/item/$ratingKey" params={{ ratingKey: each.key }} preload="intent" className="py-2 underline-offset-2 hover:text-ink hover:underline">
              {each.title}
            </Link>
          ) : (
            each.title
          )}
        </span>
      ))}
    </p>
  );
}

function Line({ item }: { item: Detail }) {
  const { t } = useTranslation();
  const { day, decimal } = useFormats();
  const minutes = item.durationMs ? Math.round(item.durationMs / 60_000) : null;
  const facts = [
    item.type === "episode" && item.index != null ? t("item.episode", { number: item.index }) : null,
    item.year,
    minutes ? t("minutes", { count: minutes }) : null,
    item.contentRating,
    item.leafCount && (item.type === "show" || item.type === "season") ? t("episodes", { count: item.leafCount }) : null,
    item.rating ? `★ ${decimal(item.rating)}` : null,
    ...(item.genres ?? []),
  ];
  return (
    <>
      <p className="mt-2 text-soft">{facts.filter(Boolean).join(" · ")}</p>
      {item.addedAt && <p className="text-sm text-soft">{t("item.added", { day: day(item.addedAt) })}</p>}
    </>
  );
}

/** Where one asks for more of it, or reports a problem; of an episode that is the page of its show. */
function ToTitle({ item }: { item: Detail }) {
  const { t } = useTranslation();
  const showKey = item.type === "episode" ? item.grandparentKey : item.type === "season" ? item.parentKey : null;
  const show = api.useQuery("get", PATH, { params: { path: { rating_key: showKey ?? "" } } }, { enabled: !!showKey });
  const tmdbId = item.type === "movie" || item.type === "show" ? item.tmdbId : show.data?.tmdbId;
  if (!tmdbId) return null;
  return (
    <Link
      to="/title/$type/$tmdbId"
      params={{ type: item.type === "movie" ? "movie" : "tv", tmdbId: String(tmdbId) }}
      preload="intent"
      className={buttonLook("plain")}
      title={t("item.openTitle")}
    >
      <MessageSquareWarning aria-hidden className="size-5" /> {t("item.title")}
    </Link>
  );
}

function Coming() {
  return (
    <div className="flex flex-col gap-6 sm:flex-row">
      <Skeleton className="aspect-[2/3] w-40 shrink-0 sm:w-56 lg:w-64" />
      <div className="flex-1">
        <Skeleton className="h-9 w-2/3 max-w-sm" />
        <Skeleton className="mt-3 h-5 w-1/2 max-w-xs" />
        <Skeleton className="mt-6 h-11 w-44" />
        <Skeleton className="mt-6 h-28 max-w-prose" />
      </div>
    </div>
  );
}
