import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { useMonitors } from "@/screens/admin/system/monitors/useMonitors";
import { Addresses } from "@/screens/admin/system/pages/Addresses";
import { draftOf, NEW_PAGE } from "@/screens/admin/system/pages/draft";
import { PageForm } from "@/screens/admin/system/pages/PageForm";
import { pagesChanged } from "@/screens/admin/system/pages/StatusPages";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/admin/status-pages";
const route = getRouteApi("/in/admin/status-pages/$id");

export function NewPage() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const navigate = useNavigate();
  const listed = useMonitors();
  const save = async (body: Schemas["StatusPageBody"]) => {
    const { data } = await http.POST(PATH, { body });
    tell({ title: t("system.pages.created", { title: body.title }) });
    void pagesChanged();
    await navigate({ to: "/admin/status-pages/$id", params: { id: data!.id } });
  };
  return (
    <Page title={t("system.pages.new")} narrow>
      {listed.isError && !listed.data && <Failure error={listed.error} retry={() => void listed.refetch()} />}
      {listed.isPending && <Skeleton className="h-96" />}
      {listed.data && <PageForm begin={NEW_PAGE} monitors={listed.monitors} save={save} act={t("system.pages.create")} />}
    </Page>
  );
}

export function EditPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { id } = route.useParams();
  const [round, setRound] = useState(0);
  const one = api.useQuery("get", `${PATH}/{id}`, { params: { path: { id } } }, { staleTime: 0 });
  const listed = useMonitors();
  const failed = [one, listed].find((each) => each.isError && !each.data);
  const anew = () => setRound((now) => now + 1);
  const remove = async () => {
    await http.DELETE(`${PATH}/{id}`, { params: { path: { id } } });
    await navigate({ to: "/admin/status-pages" });
    await pagesChanged();
  };
  return (
    <Page
      title={one.data?.title ?? t("system.pages.title")}
      actions={
        one.data && (
          <Confirm
            title={t("system.pages.deleteTitle", { title: one.data.title })}
            act={t("system.act.delete")}
            trigger={<Button look="danger">{t("system.act.delete")}</Button>}
            onConfirm={remove}
          >
            {t("system.pages.deleteWhat")}
          </Confirm>
        )
      }
      narrow
    >
      {failed && <Failure error={failed.error} retry={() => void failed.refetch()} />}
      {!failed && !(one.data && listed.data) && <Skeleton className="h-96" />}
      {one.data && listed.data && (
        <>
          <Addresses page={one.data} monitors={listed.monitors} />
          <Editing key={round} current={one.data} monitors={listed.monitors} saved={anew} loadAnew={() => void one.refetch().then(anew)} />
        </>
      )}
    </Page>
  );
}

interface EditingProps {
  current: Schemas["StatusPage"];
  monitors: readonly Schemas["Monitor"][];
  saved: () => void;
  loadAnew: () => void;
}

function Editing({ current, monitors, saved, loadAnew }: EditingProps) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  // What somebody types is not taken away by what others do meanwhile: saving says it.
  const [page] = useState(current);
  const save = async (body: Schemas["StatusPageBody"]) => {
    await http.PUT(`${PATH}/{id}`, { params: { path: { id: page.id } }, body: { ...body, version: page.version } });
    tell({ title: t("system.act.saved") });
    await pagesChanged();
    saved();
  };
  return <PageForm begin={draftOf(page)} monitors={monitors} save={save} act={t("system.act.save")} loadAnew={loadAnew} />;
}
