import { Link } from "@tanstack/react-router";
import { Activity, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { isAdmin, useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { Bars } from "@/screens/services/Bars";
import { groups, overall, TONES, type Monitor } from "@/screens/services/overall";
import { Sentence } from "@/screens/services/Sentence";
import { Badge } from "@/ui/Badge";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const KEPT_MS = 5 * 60_000;

export function Services() {
  const { t } = useTranslation();
  const admin = isAdmin(useMe());
  const status = api.useQuery("get", "/api/v1/services/status");
  const monitors = status.data?.items ?? [];
  return (
    <Page title={t("place.services")}>
      {status.isError && <Failure error={status.error} retry={() => void status.refetch()} />}
      {status.isPending && Array.from({ length: 6 }, (_, place) => <Skeleton key={place} className={place ? "h-28" : "h-16"} />)}
      {status.isSuccess && monitors.length === 0 && (
        <Empty icon={Activity} title={t("services.none")}>
          {t(admin ? "services.noneAdmin" : "services.noneWhy")}
        </Empty>
      )}
      {monitors.length > 0 && <Sentence {...overall(monitors)} checked={monitors.map((each) => each.lastCheckAt ?? "").sort().at(-1)} />}
      {groups(monitors).map(([group, members]) => (
        <section key={group ?? ""} aria-label={group ?? t("place.services")}>
          {group && <h2 className="mb-2 text-lg font-semibold">{group}</h2>}
          <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
            {members.map((monitor) => (
              <Line key={monitor.id} monitor={monitor} />
            ))}
          </ul>
        </section>
      ))}
    </Page>
  );
}

function Line({ monitor }: { monitor: Monitor }) {
  const { t } = useTranslation();
  const { percent, milliseconds } = useFormats();
  const uptime = monitor.uptime.quarter ?? monitor.uptime.month;
  const facts = [uptime != null ? t("services.upIn90", { share: percent(uptime) }) : null, monitor.latencyMs != null ? milliseconds(monitor.latencyMs) : null];
  return (
    <li className="flex flex-col gap-3 p-4">
      <Link to="/services/$id" params={{ id: monitor.id }} preload="intent" className="group flex min-h-11 items-center justify-between gap-4 rounded-lg">
        <span className="min-w-0">
          <span className="block truncate font-medium group-hover:underline">{monitor.name}</span>
          <span className="block text-sm text-soft">{facts.filter(Boolean).join(" · ")}</span>
        </span>
        <span className="flex shrink-0 items-center gap-2">
          <Standing monitor={monitor} />
          <ChevronRight aria-hidden className="size-5 text-soft" />
        </span>
      </Link>
      <Why monitor={monitor} />
      <Days monitor={monitor} />
    </li>
  );
}

export function Standing({ monitor }: { monitor: Monitor }) {
  const { t } = useTranslation();
  const { lastingSince } = useFormats();
  const time = monitor.since && lastingSince(monitor.since);
  return (
    <span className="text-right">
      <Badge tone={TONES[monitor.status]}>{t(`monitor.${monitor.status}`)}</Badge>
      {time && monitor.status !== "up" && <span className="block text-xs text-soft">{t("services.since", { time })}</span>}
    </span>
  );
}

/** What it says of itself, what it waits for, and until when it is looked after. */
export function Why({ monitor }: { monitor: Monitor }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const reasons = [
    monitor.blockedBy ? t("services.blockedBy", { name: monitor.blockedBy }) : null,
    monitor.maintenanceUntil ? t("services.maintenanceUntil", { when: moment(monitor.maintenanceUntil) }) : null,
    monitor.message,
  ].filter(Boolean);
  if (reasons.length === 0) return null;
  return <p className="max-w-prose text-sm text-soft">{reasons.join(" · ")}</p>;
}

function Days({ monitor }: { monitor: Monitor }) {
  const { t } = useTranslation();
  const history = api.useQuery(
    "get",
    "/api/v1/services/{id}/history",
    { params: { path: { id: monitor.id }, query: { window: "90d" } } },
    { staleTime: KEPT_MS },
  );
  if (history.isError && !history.data) return <p className="text-sm text-soft">{t("unavailable")}</p>;
  if (history.isPending) return <Skeleton className="h-14" />;
  return <Bars bars={history.data.bars} barSeconds={history.data.barSeconds} name={monitor.name} />;
}
