import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { LibraryItem } from "@/ui/LibraryItem";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { plexPicture } from "@/ui/plexPicture";
import { Poster } from "@/ui/Poster";
import { Skeleton } from "@/ui/Skeleton";

type Item = Schemas["LibraryItem"];

const PATH = "/api/v1/plex/items/{rating_key}/children";
const NAMES = { show: "item.seasons", season: "item.episodesOf", artist: "item.albums", album: "item.tracks" } as const;

/** The seasons of a show and the albums of an artist as pictures, episodes and songs line by line. */
export function Parts({ item }: { item: Schemas["ItemDetail"] }) {
  const { t } = useTranslation();
  const name = NAMES[item.type as keyof typeof NAMES];
  const parts = usePages<Item>(
    ["get", PATH, { params: { path: { rating_key: item.ratingKey } } }],
    async (cursor, signal) =>
      (await http.GET(PATH, { params: { path: { rating_key: item.ratingKey }, query: { limit: 50, cursor } }, signal })).data!,
    name !== undefined,
  );
  if (!name || (parts.data && parts.items.length === 0)) return null;
  const inLines = item.type === "season" || item.type === "album";
  return (
    <section aria-label={t(name)}>
      <h2 className="mb-3 text-xl font-semibold">{t(name)}</h2>
      {parts.isError && <Failure error={parts.error} retry={() => void parts.refetch()} />}
      {inLines ? (
        <ol className="flex flex-col divide-y divide-line">
          {parts.isPending && Array.from({ length: 6 }, (_, place) => <Skeleton key={place} className="my-3 h-20" />)}
          {parts.items.map((each) => (
            <Line key={each.ratingKey} item={each} />
          ))}
        </ol>
      ) : (
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-4 sm:grid-cols-[repeat(auto-fill,minmax(10rem,1fr))]">
          {parts.isPending && Array.from({ length: 4 }, (_, place) => <Skeleton key={place} className="aspect-[2/3]" />)}
          {parts.items.map((each) => (
            <li key={each.ratingKey}>
              <LibraryItem item={{ ...each, parentTitle: null, grandparentTitle: null }} />
              {each.leafCount != null && <p className="text-sm text-soft">{t("episodes", { count: each.leafCount })}</p>}
            </li>
          ))}
        </ul>
      )}
      <More pages={parts} />
    </section>
  );
}

function Line({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const facts = [item.releasedOn ? date(item.releasedOn) : null, item.durationMs ? t("minutes", { count: Math.round(item.durationMs / 60_000) }) : null];
  return (
    <li>
      <Link to="/item/$ratingKey" params={{ ratingKey: item.ratingKey }} preload="intent" className="flex gap-4 rounded-lg py-3 hover:bg-line/40">
        {item.type === "episode" && (
          <Poster src={plexPicture(item.image, 200, 9 / 16)} title={item.title} shape="wide" className="w-28 shrink-0 self-start sm:w-44" />
        )}
        <div className="min-w-0">
          <p className="font-medium">
            {item.index != null && <span className="text-soft tabular-nums">{item.index}. </span>}
            {item.title}
          </p>
          <p className="text-sm text-soft">{facts.filter(Boolean).join(" · ")}</p>
          {item.summary && <p className="mt-1 line-clamp-2 max-w-prose text-sm text-soft max-sm:hidden">{item.summary}</p>}
        </div>
      </Link>
    </li>
  );
}
