import { getRouteApi } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { hasYears, kindOf, queryOf, yearsOf, type Kind, type Narrowed, type Shelf } from "@/screens/discover/shelves";
import { Stale } from "@/screens/discover/Stale";
import { useCataloguePages } from "@/screens/discover/useCataloguePages";
import { Button } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Select } from "@/ui/Select";
import { CardGrid, TitleCard } from "@/ui/TitleCard";

const route = getRouteApi("/in/discover/$shelf");
const PATH = "/api/v1/media/discover/{shelf}";

export function ShelfPage() {
  const { t } = useTranslation();
  const shelf = route.useParams().shelf as Shelf;
  const narrowed = route.useSearch();
  const navigate = route.useNavigate();
  const query = queryOf(shelf, narrowed);
  const found = useCataloguePages(
    ["get", PATH, { shelf, ...query }],
    async (page, signal) => (await http.GET(PATH, { params: { path: { shelf }, query: { ...query, page } }, signal })).data!,
  );
  // Those of a year, or the newest, are not the popular ones any more.
  const byTime = hasYears(shelf) && Boolean(narrowed.year ?? narrowed.sort);
  const set = (next: Narrowed) => void navigate({ search: next, replace: true, resetScroll: false });
  return (
    <Page title={byTime ? t(`kinds.${shelf === "tv" ? "tv" : "movie"}`) : t(`discover.${shelf}`)}>
      <Narrowing shelf={shelf} narrowed={narrowed} set={set} />
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      <Stale page={found.data?.pages[0]} />
      {found.isPending && <CardGrid loading />}
      {found.isSuccess && found.items.length === 0 && !found.hasNextPage && (
        <Empty icon={SearchX} title={t("discover.nothing")}>
          <Button onClick={() => set({})}>{t("discover.clear")}</Button>
        </Empty>
      )}
      <div aria-busy={found.isPlaceholderData} className={found.isPlaceholderData ? "opacity-60" : undefined}>
        <CardGrid>
          {found.items.map((title) => (
            <li key={`${title.mediaType}-${title.tmdbId}`}>
              <TitleCard title={title} />
            </li>
          ))}
        </CardGrid>
      </div>
      {!found.isPlaceholderData && <More pages={found} />}
    </Page>
  );
}

function Narrowing({ shelf, narrowed, set }: { shelf: Shelf; narrowed: Narrowed; set: (next: Narrowed) => void }) {
  const { t } = useTranslation();
  const kind = kindOf(shelf, narrowed.type);
  const genres = api.useQuery("get", "/api/v1/media/genres", {}, { staleTime: Infinity, enabled: kind !== null });
  const providers = api.useQuery("get", "/api/v1/media/providers", {}, { staleTime: Infinity, enabled: kind !== null });
  const both = shelf === "trending" || shelf === "upcoming";
  const named = (known: readonly { id: number; name: string }[] | undefined, any: string) => [
    { value: "", label: any },
    ...(known ?? []).map((each) => ({ value: String(each.id), label: each.name })),
  ];
  const change = (name: "genre" | "provider" | "year", value: string) => {
    const next = { ...narrowed };
    delete next[name];
    set(value ? { ...next, [name]: Number(value) } : next);
  };
  return (
    <div className="flex flex-col gap-3">
      {both && (
        <Choices<Kind | "all">
          label={t("requests.type")}
          options={(["all", "movie", "tv"] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))}
          value={narrowed.type ?? "all"}
          choose={(type) => set(type === "all" ? {} : { type })}
        />
      )}
      {kind && (
        <div className="grid grid-cols-2 gap-3 sm:flex">
          <Select
            label={t("discover.genre")}
            value={String(narrowed.genre ?? "")}
            options={named(genres.data?.[kind], t("discover.anyGenre"))}
            choose={(value) => change("genre", value)}
          />
          <Select
            label={t("discover.provider")}
            value={String(narrowed.provider ?? "")}
            options={named(providers.data?.[kind], t("discover.anyProvider"))}
            choose={(value) => change("provider", value)}
          />
          {hasYears(shelf) && <ByTime narrowed={narrowed} setYear={(value) => change("year", value)} set={set} />}
        </div>
      )}
    </div>
  );
}

function ByTime({ narrowed, setYear, set }: { narrowed: Narrowed; setYear: (year: string) => void; set: (next: Narrowed) => void }) {
  const { t } = useTranslation();
  const { sort, year, ...others } = narrowed;
  const thisYear = new Date().getFullYear();
  const inSort = (next: Narrowed["sort"]) => ({ ...others, ...(year && yearsOf(next, thisYear).includes(year) && { year }), ...(next && { sort: next }) });
  return (
    <>
      <Select
        label={t("discover.year")}
        value={String(year ?? "")}
        options={[{ value: "", label: t("discover.anyYear") }, ...yearsOf(sort, thisYear).map((year) => ({ value: String(year), label: String(year) }))]}
        choose={setYear}
      />
      <Select
        label={t("discover.sort")}
        value={sort ?? "popular"}
        options={(["popular", "newest"] as const).map((value) => ({ value, label: t(`discover.sorts.${value}`) }))}
        choose={(next) => set(inSort(next === "newest" ? next : undefined))}
      />
    </>
  );
}
