import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, queries, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { bodyOf, monitorDraft, type MonitorDraft } from "@/screens/admin/system/monitors/draft";
import { canBeDeleted, DeleteMonitor } from "@/screens/admin/system/monitors/MonitorMenu";
import { MonitorForm } from "@/screens/admin/system/monitors/MonitorForm";
import { PushAddress } from "@/screens/admin/system/monitors/PushAddress";
import { State } from "@/screens/admin/system/monitors/State";
import { useDoing } from "@/screens/admin/system/monitors/useDoing";
import { monitorsChanged, useGroups, useMonitors } from "@/screens/admin/system/monitors/useMonitors";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const route = getRouteApi("/in/admin/monitors/$id");

export function EditMonitor() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const listed = useMonitors();
  const groups = useGroups();
  const one = api.useQuery("get", "/api/v1/admin/monitors/{id}", { params: { path: { id } } }, { staleTime: 0 });
  const [round, setRound] = useState(0);
  const failed = [one, listed, groups].find((each) => each.isError && !each.data);
  // As of the last look: the list hears what is going on.
  const now = listed.monitors.find((each) => each.id === id) ?? one.data;
  return (
    <Page title={now?.name ?? t("system.monitor.title")} actions={now && <Doing monitor={now} />} narrow>
      {failed && <Failure error={failed.error} retry={() => void failed.refetch()} />}
      {!failed && !(one.data && listed.data && groups.data) && <Skeleton className="h-96" />}
      {one.data && listed.data && groups.data && now && (
        <>
          <Standing monitor={now} />
          {one.data.kind === "push" && <Renewing monitor={one.data} />}
          <Form
            key={round}
            monitor={one.data}
            others={listed.monitors}
            groups={groups.data.items}
            anew={() => setRound((now) => now + 1)}
          />
        </>
      )}
    </Page>
  );
}

function Doing({ monitor }: { monitor: Schemas["Monitor"] }) {
  const { t } = useTranslation();
  const { pause, check } = useDoing();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      {monitor.kind !== "push" && monitor.enabled && !monitor.paused && (
        <Button onClick={() => void check(monitor)}>{t("system.monitor.check")}</Button>
      )}
      <Button onClick={() => void pause(monitor, !monitor.paused)}>
        {monitor.paused ? t("system.monitor.resume") : t("system.monitor.pause")}
      </Button>
      {canBeDeleted(monitor) && (
        <Button look="danger" onClick={() => setDeleting(true)}>
          {t("system.act.delete")}
        </Button>
      )}
      <DeleteMonitor monitor={monitor} open={deleting} setOpen={setDeleting} done={() => navigate({ to: "/admin/monitors" })} />
    </>
  );
}

function Standing({ monitor }: { monitor: Schemas["Monitor"] }) {
  const { t } = useTranslation();
  const { ago, milliseconds, percent } = useFormats();
  const { standing } = monitor;
  const facts = [
    t(`system.monitor.origin.${monitor.origin}`),
    standing.lastCheckAt ? t("system.monitor.lastCheck", { when: ago(standing.lastCheckAt) }) : t("system.monitor.neverChecked"),
    standing.latencyMs != null && milliseconds(standing.latencyMs),
    standing.uptime.month != null && t("uptime", { share: percent(standing.uptime.month) }),
  ].filter(Boolean);
  return (
    <div className="-mt-3">
      <State monitor={monitor} />
      <p className="text-sm text-soft">{facts.join(" · ")}</p>
      <Link
        to="/services/$id"
        params={{ id: monitor.id }}
        preload="intent"
        className="inline-flex min-h-11 items-center text-accent underline-offset-2 hover:underline"
      >
        {t("system.monitor.history")}
      </Link>
      {standing.blockedBy && <p className="mt-1">{t("system.monitor.blockedBy", { name: standing.blockedBy })}</p>}
      {standing.message && <p className="mt-1">{standing.message}</p>}
      {!monitor.enabled && <p className="mt-1 text-soft">{t("system.monitor.goneHint")}</p>}
    </div>
  );
}

function Renewing({ monitor }: { monitor: Schemas["Monitor"] }) {
  const { t } = useTranslation();
  const [path, setPath] = useState<string | null>(null);
  const renew = async () => {
    const { data } = await http.POST("/api/v1/admin/monitors/{id}/push-token", { params: { path: { id: monitor.id } } });
    setPath(data!.pushPath ?? null);
    await monitorsChanged();
  };
  if (path) return <PushAddress path={path} done={() => setPath(null)} />;
  return (
    <Panel title={t("system.monitor.push")} hint={t("system.monitor.pushKept")}>
      <Confirm
        title={t("system.monitor.pushRenewTitle")}
        act={t("system.monitor.pushRenew")}
        trigger={<Button className="self-start">{t("system.monitor.pushRenew")}</Button>}
        onConfirm={renew}
      >
        {t("system.monitor.pushRenewWhat")}
      </Confirm>
    </Panel>
  );
}

interface FormProps {
  monitor: Schemas["Monitor"];
  others: readonly Schemas["Monitor"][];
  groups: readonly Schemas["MonitorGroup"][];
  /** Begins again with what is there. */
  anew: () => void;
}

function Form({ monitor: current, others, groups, anew }: FormProps) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  // What somebody types is not taken away by what others do meanwhile: saving says it.
  const [monitor] = useState(current);
  const { queryKey } = api.queryOptions("get", "/api/v1/admin/monitors/{id}", { params: { path: { id: monitor.id } } });
  const save = async (draft: MonitorDraft) => {
    const { data } = await http.PUT("/api/v1/admin/monitors/{id}", {
      params: { path: { id: monitor.id } },
      body: { ...bodyOf(draft), version: monitor.version },
    });
    queries.setQueryData(queryKey, data);
    tell({ title: t("system.act.saved") });
    void monitorsChanged();
    anew();
  };
  const loadAnew = () => void queries.refetchQueries({ queryKey }).then(anew);
  return (
    <MonitorForm
      begin={monitorDraft(monitor)}
      monitor={monitor}
      others={others.filter(({ id }) => id !== monitor.id)}
      groups={groups}
      save={save}
      act={t("system.act.save")}
      loadAnew={loadAnew}
    />
  );
}
