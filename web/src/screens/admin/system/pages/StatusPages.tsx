import { Link } from "@tanstack/react-router";
import { PanelsTopLeft, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, http, queries, type Schemas } from "@/api/client";
import { bodyOf, draftOf } from "@/screens/admin/system/pages/draft";
import { useTellFailure } from "@/screens/admin/system/useTellFailure";
import { buttonLook } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";
import { Switch } from "@/ui/Switch";
import { useToasts } from "@/ui/Toasts";

type StatusPage = Schemas["StatusPage"];

const PATH = "/api/v1/admin/status-pages";

export function pagesChanged(): Promise<void> {
  return queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith(PATH) });
}

export function StatusPages() {
  const { t } = useTranslation();
  const pages = api.useQuery("get", PATH);
  return (
    <Page
      title={t("system.pages.title")}
      actions={
        <Link to="/admin/status-pages/new" preload="intent" className={buttonLook("main")}>
          <Plus aria-hidden className="size-5" />
          {t("system.pages.new")}
        </Link>
      }
    >
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && Array.from({ length: 2 }, (_, place) => <Skeleton key={place} className="h-28" />)}
      {pages.data?.items.length === 0 && (
        <Empty icon={PanelsTopLeft} title={t("system.pages.none")}>
          {t("system.pages.noneHint")}
        </Empty>
      )}
      <ul className="flex flex-col gap-3">{pages.data?.items.map((each) => <One key={each.id} page={each} />)}</ul>
    </Page>
  );
}

function One({ page }: { page: StatusPage }) {
  const { t } = useTranslation();
  const publish = usePublish();
  return (
    <li className="rounded-xl border border-line bg-raised p-4">
      <Link
        to="/admin/status-pages/$id"
        params={{ id: page.id }}
        preload="intent"
        className="font-medium break-words underline-offset-2 hover:underline"
      >
        {page.title}
      </Link>
      <p className="text-sm break-all text-soft">
        {page.path} · {t("system.pages.monitors", { count: page.monitors.length })}
      </p>
      <Switch label={t("system.pages.published")} hint={t("system.pages.publishHint")} on={page.published} turn={(on) => void publish(page, on)} />
    </li>
  );
}

/** Shown at once, and put back where the portal does not take it. */
function usePublish(): (page: StatusPage, published: boolean) => Promise<void> {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const tellFailure = useTellFailure();
  const { queryKey } = api.queryOptions("get", PATH);
  const show = (page: StatusPage) =>
    queries.setQueryData<Schemas["StatusPages"]>(
      queryKey,
      (known) => known && { items: known.items.map((each) => (each.id === page.id ? page : each)) },
    );
  const publish = async (page: StatusPage, published: boolean): Promise<StatusPage | null> => {
    show({ ...page, published });
    try {
      const body = { ...bodyOf(draftOf(page)), published, version: page.version };
      const { data } = await http.PUT(`${PATH}/{id}`, { params: { path: { id: page.id } }, body });
      show(data!);
      return data!;
    } catch (error) {
      show(page);
      tellFailure(error);
      void pagesChanged();
      return null;
    }
  };
  return async (page, published) => {
    const now = await publish(page, published);
    if (!now) return;
    const title = t(published ? "system.pages.didPublish" : "system.pages.didHide", { title: page.title });
    tell({ title, undo: () => void publish(now, !published) });
  };
}
