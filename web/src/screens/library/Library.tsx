import { getRouteApi, Link } from "@tanstack/react-router";
import clsx from "clsx";
import { ArrowDownWideNarrow, ArrowUpNarrowWide, Clock, Clapperboard, Film, FolderOpen, Layers, LibraryBig, Music, Tv } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { isAdmin, useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { choiceOf, descends, SORTS, TYPES, without, type Looking } from "@/screens/library/choice";
import { Filters } from "@/screens/library/Filters";
import { Grid } from "@/screens/library/Grid";
import { Upkeep } from "@/screens/library/Upkeep";
import { Button, buttonLook } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/in/library");
const ICONS: Record<string, typeof Film> = { movie: Film, show: Tv, artist: Music };

export function Library() {
  const { t } = useTranslation();
  const looking = route.useSearch();
  const libraries = api.useQuery("get", "/api/v1/plex/libraries");
  const known = libraries.data?.items ?? [];
  const shown = known.find((each) => each.key === looking.library) ?? known.find((each) => each.type in TYPES) ?? known[0];
  return (
    <Page
      title={t("place.library")}
      actions={
        <>
          <Link to="/collections" preload="intent" className={buttonLook("quiet")}>
            <Layers aria-hidden className="size-5" /> {t("collections.title")}
          </Link>
          <Link to="/history" preload="intent" className={buttonLook("quiet")}>
            <Clock aria-hidden className="size-5" /> {t("history.title")}
          </Link>
        </>
      }
    >
      {libraries.isError && <Failure error={libraries.error} retry={() => void libraries.refetch()} />}
      {libraries.isPending && <Skeleton className="h-16 max-w-lg" />}
      {libraries.isSuccess && !shown && (
        <Empty icon={LibraryBig} title={t("library.none")}>
          {t("library.noneWhy")}
        </Empty>
      )}
      {known.length > 0 && <Libraries known={known} shown={shown} />}
      {shown && <Shown key={shown.key} library={shown} looking={looking} />}
    </Page>
  );
}

function Libraries({ known, shown }: { known: Schemas["Library"][]; shown: Schemas["Library"] | undefined }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <nav aria-label={t("library.which")} className="-mx-4 flex gap-3 overflow-x-auto px-4 py-1 md:mx-0 md:flex-wrap md:px-0">
      {known.map((each) => {
        const Icon = ICONS[each.type] ?? FolderOpen;
        return (
          <Link
            key={each.key}
            to="/library"
            search={{ library: each.key }}
            replace
            aria-current={each === shown ? "true" : undefined}
            className={clsx(
              "flex min-h-14 shrink-0 items-center gap-3 rounded-xl border bg-raised py-2 pr-5 pl-3",
              each === shown ? "border-accent" : "border-line hover:border-soft",
            )}
          >
            <span className={clsx("flex size-10 items-center justify-center rounded-lg", each === shown ? "bg-accent text-accent-ink" : "bg-line text-soft")}>
              <Icon aria-hidden className="size-5" />
            </span>
            <span>
              <span className="block font-medium">{each.title}</span>
              {each.count != null && <span className="block text-sm text-soft tabular-nums">{number(each.count)}</span>}
            </span>
          </Link>
        );
      })}
    </nav>
  );
}

function Shown({ library, looking }: { library: Schemas["Library"]; looking: Looking }) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = route.useNavigate();
  const kinds = TYPES[library.type];
  if (!kinds)
    return (
      <Empty icon={Clapperboard} title={t("library.notShown")}>
        {t("library.notShownWhy")}
      </Empty>
    );
  const kind = looking.type && kinds.includes(looking.type) ? looking.type : kinds[0]!;
  const change = (next: Looking) => void navigate({ search: { ...next, library: library.key }, replace: true, resetScroll: false });
  const down = descends(looking);
  return (
    <>
      <div className="flex flex-wrap items-end gap-2">
        <Select
          label={t("library.show")}
          quiet
          value={kind}
          options={kinds.map((value) => ({ value, label: t(`library.kind.${value}`) }))}
          choose={(type) => change({ type })}
        />
        <Select
          label={t("library.sort")}
          quiet
          value={looking.sort ?? "title"}
          options={SORTS.map((value) => ({ value, label: t(`library.sorts.${value}`) }))}
          choose={(sort) => change({ ...without(looking, "order"), sort })}
        />
        <Button
          aria-label={t(down ? "library.descending" : "library.ascending")}
          title={t(down ? "library.descending" : "library.ascending")}
          className="px-3"
          onClick={() => change({ ...looking, order: down ? "asc" : "desc" })}
        >
          {down ? <ArrowDownWideNarrow aria-hidden className="size-5" /> : <ArrowUpNarrowWide aria-hidden className="size-5" />}
        </Button>
        <Filters library={library.key} kind={kind} looking={looking} change={change} />
        {isAdmin(me) && <Upkeep library={library} />}
      </div>
      <Grid
        key={JSON.stringify(looking)}
        library={library.key}
        kind={kind}
        choice={{ ...choiceOf(looking), type: kind }}
        clear={() => change({ type: kind })}
      />
    </>
  );
}
