import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { useLasted } from "@/screens/admin/system/incidents/Incidents";
import { AddNote, Note } from "@/screens/admin/system/incidents/Notes";
import { PostMortem } from "@/screens/admin/system/incidents/PostMortem";
import { timelineOf, type Entry } from "@/screens/admin/system/incidents/timeline";
import { MONITOR_TONES } from "@/screens/admin/system/tones";
import { Badge } from "@/ui/Badge";
import { buttonLook } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/in/admin/incidents/$id");

export function IncidentPage() {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const lasted = useLasted();
  const { id } = route.useParams();
  const incident = api.useQuery("get", "/api/v1/admin/incidents/{id}", { params: { path: { id } } });
  const known = incident.data;
  return (
    <Page
      title={known?.monitorName ?? t("system.incidents.title")}
      actions={
        known && (
          <Link to="/admin/monitors/$id" params={{ id: known.monitorId }} preload="intent" className={buttonLook()}>
            {t("system.incidents.monitor")}
          </Link>
        )
      }
      narrow
    >
      {incident.isError && <Failure error={incident.error} retry={() => void incident.refetch()} />}
      {incident.isPending && <Skeleton className="h-96" />}
      {known && (
        <>
          <div className="-mt-3">
            <Badge tone={known.closedAt ? "good" : MONITOR_TONES[known.state]}>
              {known.closedAt ? t("system.incidents.over") : t(`monitor.${known.state}`)}
            </Badge>
            <p className="text-soft">
              {[moment(known.openedAt), lasted(known), known.times > 1 && t("system.incidents.times", { count: known.times })]
                .filter(Boolean)
                .join(" · ")}
            </p>
          </div>
          <Panel title={t("system.incidents.timeline")}>
            <ol className="flex flex-col gap-4 border-l-2 border-line pl-4">
              {timelineOf(known).map((entry, place) => (
                <li key={`${entry.at} ${place}`}>
                  <p className="text-sm text-soft">{moment(entry.at)}</p>
                  <What entry={entry} incidentId={known.id} />
                </li>
              ))}
            </ol>
            <AddNote incidentId={known.id} />
          </Panel>
          <PostMortem incident={known} />
        </>
      )}
    </Page>
  );
}

function What({ entry, incidentId }: { entry: Entry; incidentId: string }) {
  const { t } = useTranslation();
  if ("note" in entry) return <Note note={entry.note} incidentId={incidentId} />;
  if ("over" in entry) return <Badge tone="good">{t("system.incidents.ended")}</Badge>;
  const { what, reason } = entry.turn;
  return (
    <>
      <Badge tone={MONITOR_TONES[what]}>{t(`monitor.${what}`)}</Badge>
      {reason && <p className="break-words">{reason}</p>}
    </>
  );
}
