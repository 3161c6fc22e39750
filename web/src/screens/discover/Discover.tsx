import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { SHELVES, type Shelf as ShelfName } from "@/screens/discover/shelves";
import { Stale } from "@/screens/discover/Stale";
import { Logo } from "@/screens/title/WhereToWatch";
import { buttonLook } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Shelf } from "@/ui/Shelf";
import { CARD, TitleCard } from "@/ui/TitleCard";

/** For whoever does not know yet what to look for. */
export function Discover() {
  return (
    <>
      {SHELVES.map((shelf) => (
        <Row key={shelf} shelf={shelf} />
      ))}
      <Genres />
      <Providers />
    </>
  );
}

/** Each stands or falls by itself. */
export function Row({ shelf }: { shelf: ShelfName }) {
  const { t } = useTranslation();
  const titles = api.useQuery("get", "/api/v1/media/discover/{shelf}", { params: { path: { shelf } } }, { staleTime: 300_000 });
  const name = t(`discover.${shelf}`);
  if (titles.isError && !titles.data)
    return (
      <section aria-label={name}>
        <h2 className="mb-3 text-xl font-semibold">{name}</h2>
        <Failure error={titles.error} retry={() => void titles.refetch()} />
      </section>
    );
  if (titles.data?.items.length === 0) return null;
  return (
    <div>
      <Shelf
        title={name}
        loading={titles.isPending}
        lines={3}
        more={
          <Link to="/discover/$shelf" params={{ shelf }} search={{}} preload="intent" className={buttonLook("link", "-my-2 px-2")}>
            <span aria-hidden>{t("discover.all")}</span>
            <span className="sr-only">{t("discover.allOf", { shelf: name })}</span>
          </Link>
        }
      >
        {titles.data?.items.map((title) => (
          <TitleCard key={`${title.mediaType}-${title.tmdbId}`} title={title} className={CARD} />
        ))}
      </Shelf>
      <Stale page={titles.data} />
    </div>
  );
}

const KINDS = [
  ["movie", "movies"],
  ["tv", "tv"],
] as const;
const CHIP = "inline-flex min-h-11 items-center gap-2 rounded-full border border-line bg-raised px-4 hover:border-soft";

function Genres() {
  const { t } = useTranslation();
  const genres = api.useQuery("get", "/api/v1/media/genres", {}, { staleTime: Infinity });
  if (!genres.data) return null;
  return KINDS.map(([kind, shelf]) => (
    <section key={kind} aria-label={t(`discover.genresOf.${kind}`)}>
      <h2 className="mb-3 text-xl font-semibold">{t(`discover.genresOf.${kind}`)}</h2>
      <ul className="flex flex-wrap gap-2">
        {genres.data[kind].map((genre) => (
          <li key={genre.id}>
            <Link to="/discover/$shelf" params={{ shelf }} search={{ genre: genre.id }} preload="intent" className={CHIP}>
              {genre.name}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  ));
}

const FIRST = 12;

function Providers() {
  const { t } = useTranslation();
  const providers = api.useQuery("get", "/api/v1/media/providers", {}, { staleTime: Infinity });
  if (!providers.data?.movie.length) return null;
  return (
    <section aria-label={t("discover.providers")}>
      <h2 className="mb-3 text-xl font-semibold">{t("discover.providers")}</h2>
      <ul className="flex flex-wrap gap-2">
        {providers.data.movie.slice(0, FIRST).map((provider) => (
          <li key={provider.id}>
            <Link to="/discover/$shelf" params={{ shelf: "movies" }} search={{ provider: provider.id }} preload="intent" className={CHIP}>
              <Logo src={provider.logoUrl} />
              {provider.name}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
