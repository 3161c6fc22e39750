import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { useFormats } from "@/i18n/formats";
import { useLiveStates } from "@/live/Live";
import { Bars } from "@/screens/services/Bars";
import { Incidents } from "@/screens/services/Incidents";
import { Latency } from "@/screens/services/Latency";
import type { Monitor } from "@/screens/services/overall";
import { Standing, Why } from "@/screens/services/Services";
import { Choices } from "@/ui/Choices";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

type Window = Schemas["HistoryWindow"];

const route = getRouteApi("/in/services/$id");
const WINDOWS: readonly Window[] = ["24h", "7d", "30d", "90d"];

export function Service() {
  const { id } = route.useParams();
  const known = api.useQuery("get", "/api/v1/services/{id}", { params: { path: { id } } });
  const live = useLiveStates("monitor.changed").find((each) => each.id === id);
  const monitor = known.data && { ...known.data, ...live };
  const status = monitor?.status;
  useEffect(() => {
    // Another state begins or ends an incident.
    if (status) void outdated("/api/v1/services/{id}/");
  }, [status]);
  if (known.isError && !known.data) return <Failure error={known.error} retry={() => void known.refetch()} />;
  if (!monitor)
    return (
      <div className="flex flex-col gap-6">
        <Skeleton className="h-9 w-56" />
        <Skeleton className="h-24" />
        <Skeleton className="h-56" />
      </div>
    );
  return <Shown key={id} monitor={monitor} />;
}

function Shown({ monitor }: { monitor: Monitor }) {
  const { t } = useTranslation();
  const { ago, percent, milliseconds } = useFormats();
  const [window, setWindow] = useState<Window>("24h");
  const history = api.useQuery("get", "/api/v1/services/{id}/history", { params: { path: { id: monitor.id }, query: { window } } }, { placeholderData: (before) => before });
  const share = (value: number | null) => (value === null ? "–" : percent(value));
  const figures: [string, string][] = [
    [t("services.windows.24h"), share(monitor.uptime.day)],
    [t("services.windows.7d"), share(monitor.uptime.week)],
    [t("services.windows.30d"), share(monitor.uptime.month)],
    [t("services.windows.90d"), share(monitor.uptime.quarter)],
  ];
  return (
    <Page title={monitor.name} actions={<Standing monitor={monitor} />}>
      <div className="-mt-3 flex flex-col gap-1">
        <Link to="/services" preload="intent" className="inline-flex min-h-11 items-center gap-2 self-start text-soft hover:text-ink">
          <ArrowLeft aria-hidden className="size-5" /> {t("services.all")}
        </Link>
        <Why monitor={monitor} />
        <p role="status" className="text-sm text-soft">
          {[
            monitor.lastCheckAt ? t("services.checked", { when: ago(monitor.lastCheckAt) }) : null,
            monitor.latencyMs != null ? t("services.answeredIn", { time: milliseconds(monitor.latencyMs) }) : null,
            t("services.coverage", { share: percent(monitor.coverage) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {figures.map(([name, value]) => (
          <div key={name} className="rounded-xl border border-line bg-raised p-4">
            <dt className="text-sm text-soft">{name}</dt>
            <dd className="text-2xl font-semibold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <Choices label={t("services.window")} value={window} choose={setWindow} options={WINDOWS.map((value) => ({ value, label: t(`services.windows.${value}`) }))} />
      {history.isError && <Failure error={history.error} retry={() => void history.refetch()} />}
      <Panel title={t("services.uptime")} hint={history.data ? t("services.uptimeOf", { share: share(history.data.uptime), coverage: percent(history.data.total.coverage) }) : ""}>
        {history.isPending ? <Skeleton className="h-14" /> : history.data && <Bars bars={history.data.bars} barSeconds={history.data.barSeconds} name={monitor.name} />}
      </Panel>
      <Panel title={t("services.latency")} hint={t("services.latencyHint")}>
        {history.isPending ? <Skeleton className="h-56" /> : history.data && <Latency history={history.data} name={monitor.name} />}
      </Panel>
      <Incidents id={monitor.id} />
    </Page>
  );
}
