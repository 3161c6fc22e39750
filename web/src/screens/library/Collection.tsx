import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { FolderOpen, Pencil, Plus, Trash2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { usePages } from "@/api/pages";
import { Problem } from "@/api/problem";
import { isAdmin, useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { TitlePicker } from "@/screens/library/TitlePicker";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { LibraryItem } from "@/ui/LibraryItem";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

type Item = Schemas["LibraryItem"];

const route = getRouteApi("/in/collection/$ratingKey");
const PATH = "/api/v1/plex/collections/{rating_key}";
const ITEMS = "/api/v1/plex/collections/{rating_key}/items";

export function Collection() {
  const { ratingKey } = route.useParams();
  return <Shown key={ratingKey} ratingKey={ratingKey} />;
}

function Shown({ ratingKey }: { ratingKey: string }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { tell } = useToasts();
  const navigate = useNavigate();
  const admin = isAdmin(useMe());
  const [edits, setEdits] = useState(false);
  const path = { rating_key: ratingKey };
  const pages = usePages<Item>(
    ["get", PATH, { params: { path } }],
    async (cursor, signal) => (await http.GET(PATH, { params: { path, query: { limit: 60, cursor } }, signal })).data!,
  );
  // The pages of a collection say with each what it is a page of.
  const about = (pages.data?.pages[0] as Schemas["CollectionDetail"] | undefined)?.collection;
  const lacking = useArrival(about?.childCount ?? 0, pages);
  const change = api.useMutation("put", ITEMS, { onSettled: () => outdated("/api/v1/plex/") });
  const failed = (error: unknown) => tell({ title: t("library.upkeepFailed"), ...(error instanceof Problem && error.detail && { body: error.detail }) });
  const remove = (item: Item) =>
    change.mutate(
      { params: { path }, body: { add: [], remove: [item.ratingKey] } },
      {
        onSuccess: () =>
          tell({ title: t("collections.removed", { title: item.title }), undo: () => change.mutate({ params: { path }, body: { add: [item.ratingKey], remove: [] } }, { onError: failed }) }),
        onError: failed,
      },
    );
  if (pages.isError && !pages.data) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  return (
    <Page
      title={about?.title ?? t("collections.title")}
      actions={
        admin &&
        about && (
          <>
            <Add about={about} there={pages.items} />
            <Button aria-pressed={edits} onClick={() => setEdits(!edits)}>
              <Pencil aria-hidden className="size-5" /> {edits ? t("collections.done") : t("collections.edit")}
            </Button>
            <Confirm
              title={t("collections.delete")}
              act={t("collections.delete")}
              trigger={
                <Button look="quiet" aria-label={t("collections.delete")} className="px-3">
                  <Trash2 aria-hidden className="size-5" />
                </Button>
              }
              onConfirm={async () => {
                await http.DELETE(PATH, { params: { path } });
                await navigate({ to: "/collections" });
                await outdated("/api/v1/plex/");
              }}
            >
              {t("collections.deleteWhy", { title: about.title })}
            </Confirm>
          </>
        )
      }
    >
      {about && (
        <p className="text-soft">
          {t("collections.size", { count: about.childCount ?? pages.items.length, number: number(about.childCount ?? pages.items.length) })}
          {about.summary && ` · ${about.summary}`}
        </p>
      )}
      {pages.data && pages.items.length === 0 && lacking === 0 && <Empty icon={FolderOpen} title={t("collections.empty")} />}
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-4 sm:grid-cols-[repeat(auto-fill,minmax(10rem,1fr))]">
        {pages.isPending && Array.from({ length: 6 }, (_, place) => <Skeleton key={place} className="aspect-[2/3]" />)}
        {pages.items.map((each) => (
          <li key={each.ratingKey} className="relative min-w-0">
            <LibraryItem item={each} />
            {edits && (
              <button
                type="button"
                aria-label={t("collections.removeIt", { title: each.title })}
                disabled={change.isPending}
                onClick={() => remove(each)}
                className="absolute top-1 right-1 inline-flex size-11 items-center justify-center rounded-full border border-line bg-raised text-bad shadow"
              >
                <X aria-hidden className="size-5" />
              </button>
            )}
          </li>
        ))}
        {Array.from({ length: Math.min(lacking, 6) }, (_, place) => (
          <Skeleton key={`lacking ${place}`} className="aspect-[2/3]" />
        ))}
      </ul>
      <More pages={pages} />
    </Page>
  );
}

const AGAIN_MS = 2_000;
const MOST_TIMES = 15;

/** How many are said to be in it that are not listed yet: what has just been added is there a moment later. */
function useArrival(said: number, pages: { items: Item[]; hasNextPage: boolean; data: unknown; dataUpdatedAt: number }): number {
  const times = useRef(0);
  const [given, setGiven] = useState(false);
  const lacking = pages.data && !pages.hasNextPage ? Math.max(0, said - pages.items.length) : 0;
  const { dataUpdatedAt } = pages;
  useEffect(() => {
    if (lacking === 0) {
      times.current = 0;
      return;
    }
    const later = setTimeout(() => {
      times.current += 1;
      if (times.current > MOST_TIMES) setGiven(true);
      else void outdated(PATH);
    }, AGAIN_MS);
    return () => clearTimeout(later);
  }, [lacking, dataUpdatedAt]);
  return given ? 0 : lacking;
}

function Add({ about, there }: { about: Item; there: Item[] }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Item[]>([]);
  const libraries = api.useQuery("get", "/api/v1/plex/libraries");
  const adding = api.useMutation("put", ITEMS, {
    onSuccess: async (changed) => {
      const refused = (changed.added ?? []).filter((each) => each.outcome === "refused" || each.outcome === "failed");
      const added = (changed.added ?? []).length - refused.length;
      tell({ title: t("collections.added", { count: added }), ...(refused.length && { body: t("collections.someRefused", { count: refused.length }) }) });
      setOpen(false);
      setChosen([]);
      await outdated("/api/v1/plex/");
    },
  });
  return (
    <Sheet
      title={t("collections.add")}
      open={open}
      setOpen={setOpen}
      trigger={
        <Button look="main">
          <Plus aria-hidden className="size-5" /> {t("collections.add")}
        </Button>
      }
    >
      <TitlePicker
        library={about.libraryKey}
        type={libraries.data?.items.find((each) => each.key === about.libraryKey)?.type ?? "movie"}
        chosen={chosen}
        choose={setChosen}
        without={new Set(there.map((each) => each.ratingKey))}
      />
      {adding.isError && <Failure error={adding.error} />}
      <Button
        look="main"
        disabled={chosen.length === 0}
        busy={adding.isPending}
        onClick={() => adding.mutate({ params: { path: { rating_key: about.ratingKey } }, body: { add: chosen.map((each) => each.ratingKey), remove: [] } })}
      >
        {t("collections.add")}
      </Button>
    </Sheet>
  );
}
