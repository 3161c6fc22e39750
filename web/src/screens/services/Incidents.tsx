import { ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { TONES } from "@/screens/services/overall";
import { Badge } from "@/ui/Badge";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Skeleton } from "@/ui/Skeleton";

type Incident = Schemas["Incident"];

const PATH = "/api/v1/services/{id}/incidents";

/** When something was wrong, what happened then, and what somebody has written about it. */
export function Incidents({ id }: { id: string }) {
  const { t } = useTranslation();
  const pages = usePages<Incident>(
    ["get", PATH, { params: { path: { id } } }],
    async (cursor, signal) => (await http.GET(PATH, { params: { path: { id }, query: { limit: 10, cursor } }, signal })).data!,
  );
  return (
    <section aria-label={t("services.incidents")}>
      <h2 className="mb-3 text-xl font-semibold">{t("services.incidents")}</h2>
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && <Skeleton className="h-24" />}
      {pages.isSuccess && pages.items.length === 0 && <Empty icon={ShieldCheck} title={t("services.noIncidents")} />}
      <ol className="flex flex-col gap-3">
        {pages.items.map((each) => (
          <One key={each.id} incident={each} />
        ))}
      </ol>
      <More pages={pages} />
    </section>
  );
}

function One({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const { moment, lasting, ago } = useFormats();
  const { openedAt, closedAt } = incident;
  const time = closedAt && lasting((Date.parse(closedAt) - Date.parse(openedAt)) / 1000);
  return (
    <li className="flex flex-col gap-3 rounded-xl border border-line bg-raised p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-medium">{incident.reason ?? t(`monitor.${incident.worst}`)}</h3>
        <Badge tone={closedAt ? "good" : TONES[incident.state]}>{closedAt ? t("services.over", { time }) : t("services.ongoing", { when: ago(openedAt) })}</Badge>
      </div>
      {incident.times > 1 && <p className="text-sm text-soft">{t("services.times", { count: incident.times })}</p>}
      <ol className="flex flex-col gap-2 border-l-2 border-line pl-4">
        {incident.timeline.map((turn) => (
          <li key={`${turn.at}${turn.what}`} className="text-sm">
            <Badge tone={TONES[turn.what]}>{t(`monitor.${turn.what}`)}</Badge> <time dateTime={turn.at}>{moment(turn.at)}</time>
            {turn.reason && <p className="text-soft">{turn.reason}</p>}
          </li>
        ))}
        {incident.notes.map((note) => (
          <li key={note.id} className="rounded-lg bg-ground p-3 text-sm">
            <p className="whitespace-pre-line">{note.text}</p>
            <time dateTime={note.at} className="text-soft">
              {moment(note.at)}
            </time>
          </li>
        ))}
      </ol>
      {incident.postMortem && (
        <details>
          <summary className="min-h-11 cursor-pointer py-2 font-medium">{t("services.postMortem")}</summary>
          <p className="max-w-prose whitespace-pre-line">{incident.postMortem}</p>
        </details>
      )}
    </li>
  );
}
