import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Poster } from "@/ui/Poster";
import { CardPlace } from "@/ui/Skeleton";
import { Status } from "@/ui/Status";

type Found = Schemas["SearchPage"]["items"][number];

export const CARD = "w-32 shrink-0 snap-start sm:w-40";
const PLACES = 12;

/** A film, a show or a person of the catalogue: the way to its page. */
export function TitleCard({ title, className, under }: { title: Found | Schemas["Credit"]; className?: string; under?: ReactNode }) {
  const { t } = useTranslation();
  if (!isTitle(title))
    return (
      <Link to="/person/$tmdbId" params={{ tmdbId: String(title.tmdbId) }} preload="intent" className={clsx("block min-w-0", className)}>
        <Poster src={title.posterUrl} title={title.title} />
        <p className="mt-1 truncate font-medium">{title.title}</p>
        <p className="truncate text-sm text-soft">{title.knownFor?.length ? title.knownFor.join(", ") : t("kind.person")}</p>
      </Link>
    );
  return (
    <Link
      to="/title/$type/$tmdbId"
      params={{ type: title.mediaType, tmdbId: String(title.tmdbId) }}
      preload="intent"
      className={clsx("block min-w-0", className)}
    >
      <Poster src={title.posterUrl} title={title.title} />
      <p className="mt-1 truncate font-medium">{title.title}</p>
      <p className="truncate text-sm text-soft">{under ?? [t(`kind.${title.mediaType}`), title.year].filter(Boolean).join(" · ")}</p>
      <div className="flex h-6">
        <Status of={title.availability} className="max-w-full truncate" />
      </div>
    </Link>
  );
}

function isTitle(found: Found | Schemas["Credit"]): found is Schemas["SearchResult"] {
  return found.mediaType !== "person";
}

const GRID = "grid grid-cols-[repeat(auto-fill,minmax(6rem,1fr))] gap-x-3 gap-y-5 sm:gap-x-4 sm:gap-y-6 sm:grid-cols-[repeat(auto-fill,minmax(10rem,1fr))]";

/** Cards below and beside each other; before they have come, as many places as fit on a screen. */
export function CardGrid({ loading = false, children }: { loading?: boolean; children?: ReactNode }) {
  if (!loading) return <ul className={GRID}>{children}</ul>;
  return (
    <ul className={GRID} aria-hidden>
      {Array.from({ length: PLACES }, (_, place) => (
        <li key={place}>
          <CardPlace lines={3} />
        </li>
      ))}
    </ul>
  );
}
