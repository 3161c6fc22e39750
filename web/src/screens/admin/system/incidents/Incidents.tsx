import { Link } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { MONITOR_TONES } from "@/screens/admin/system/tones";
import { Badge } from "@/ui/Badge";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/incidents";

export function Incidents() {
  const { t } = useTranslation();
  const incidents = usePages(["get", PATH], async (cursor, signal) =>
    (await http.GET(PATH, { params: { query: { cursor, limit: 10 } }, signal })).data!,
  );
  const parts = [
    ["open", incidents.items.filter(({ closedAt }) => !closedAt)],
    ["over", incidents.items.filter(({ closedAt }) => closedAt)],
  ] as const;
  return (
    <Page title={t("system.incidents.title")}>
      {incidents.isError && <Failure error={incidents.error} retry={() => void incidents.refetch()} />}
      {incidents.isPending && Array.from({ length: 4 }, (_, place) => <Skeleton key={place} className="h-24" />)}
      {incidents.isSuccess && incidents.items.length === 0 && (
        <Empty icon={ShieldCheck} title={t("system.incidents.none")}>
          {t("system.incidents.noneHint")}
        </Empty>
      )}
      {parts.map(
        ([name, some]) =>
          some.length > 0 && (
            <section key={name} aria-label={t(`system.incidents.${name}`)}>
              <h2 className="mb-2 text-lg font-semibold">{t(`system.incidents.${name}`)}</h2>
              <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
                {some.map((each) => (
                  <One key={each.id} incident={each} />
                ))}
              </ul>
            </section>
          ),
      )}
      <More pages={incidents} />
    </Page>
  );
}

function One({ incident }: { incident: Schemas["Incident"] }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const lasted = useLasted();
  const facts = [
    moment(incident.openedAt),
    lasted(incident),
    incident.times > 1 && t("system.incidents.times", { count: incident.times }),
    incident.notes.length > 0 && t("system.incidents.notes", { count: incident.notes.length }),
    incident.postMortem && t("system.incidents.postMortemThere"),
  ].filter(Boolean);
  return (
    <li>
      <Link to="/admin/incidents/$id" params={{ id: incident.id }} preload="intent" className="block p-4 hover:bg-line/40">
        <span className="flex flex-wrap items-center justify-between gap-x-4">
          <span className="font-medium">{incident.monitorName}</span>
          <Badge tone={MONITOR_TONES[incident.closedAt ? incident.worst : incident.state]}>
            {t(`monitor.${incident.closedAt ? incident.worst : incident.state}`)}
          </Badge>
        </span>
        {incident.reason && <span className="block break-words">{incident.reason}</span>}
        <span className="block text-sm text-soft">{facts.join(" · ")}</span>
      </Link>
    </li>
  );
}

export function useLasted(): (incident: Schemas["Incident"]) => string {
  const { t } = useTranslation();
  const { lasting } = useFormats();
  return ({ openedAt, closedAt }) => {
    const time = lasting(((closedAt ? Date.parse(closedAt) : Date.now()) - Date.parse(openedAt)) / 1000);
    return t(closedAt ? "system.incidents.lasted" : "system.incidents.since", { time });
  };
}
