import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";

type Detail = Schemas["ItemDetail"];

export function Facts({ item }: { item: Detail }) {
  const { t } = useTranslation();
  const { list, decimal, date } = useFormats();
  const rated = (item.ratings ?? []).map((each) => {
    const whose = each.kind === "critic" ? t("item.critics") : each.kind === "audience" ? t("item.audience") : null;
    return `${[SOURCES[each.source ?? ""] ?? each.source, whose].filter(Boolean).join(", ")}: ${t("item.of10", { value: decimal(each.value) })}`;
  });
  const facts: [string, ReactElement | string | number | null | undefined][] = [
    [t("item.originalTitle"), item.originalTitle && item.originalTitle !== item.title ? item.originalTitle : null],
    [t("item.directors"), item.directors?.length ? list(item.directors) : null],
    [t("item.writers"), item.writers?.length ? list(item.writers) : null],
    [t("item.studio"), item.studio],
    [t("item.countries"), item.countries?.length ? list(item.countries) : null],
    [t("item.released"), item.releasedOn ? date(item.releasedOn) : null],
    [t("item.edition"), item.edition],
    [t("library.ratingFrom"), rated.length ? rated.join(" · ") : null],
    [t("item.collectionsOf"), item.collections?.length ? <CollectionsOf item={item} names={item.collections} /> : null],
  ];
  const known = facts.filter(([, value]) => value);
  if (known.length === 0) return null;
  return (
    <dl className="grid max-w-3xl grid-cols-[auto_1fr] gap-x-6 gap-y-2">
      {known.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-soft">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const SOURCES: Record<string, string> = { imdb: "IMDb", rottentomatoes: "Rotten Tomatoes", themoviedb: "TMDB", tvdb: "TheTVDB" };

/** The item only says what they are called; which those are, the list of collections knows. */
function CollectionsOf({ item, names }: { item: Detail; names: string[] }) {
  const all = api.useQuery("get", "/api/v1/plex/collections", { params: { query: { library: item.libraryKey, limit: 100 } } });
  return (
    <span className="flex flex-wrap gap-x-4">
      {names.map((name) => {
        const found = all.data?.items.find((each) => each.title === name);
        return found ? (
          <Link key={name} to="/collection/$ratingKey" params={{ ratingKey: found.ratingKey }} preload="intent" className="text-accent underline-offset-2 hover:underline">
            {name}
          </Link>
        ) : (
          <span key={name}>{name}</span>
        );
      })}
    </span>
  );
}

export function Cast({ cast }: { cast: Schemas["PlexCastMember"][] }) {
  const { t } = useTranslation();
  if (cast.length === 0) return null;
  return (
    <section aria-label={t("item.cast")}>
      <h2 className="mb-3 text-xl font-semibold">{t("item.cast")}</h2>
      <ul className="grid gap-x-6 gap-y-3 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
        {cast.slice(0, 24).map((each, place) => (
          <li key={place} className="min-w-0">
            <p className="truncate font-medium">{each.name}</p>
            {each.role && <p className="truncate text-sm text-soft">{t("item.castAs", { role: each.role })}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
