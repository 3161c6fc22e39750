import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import type { Notice } from "@/screens/inbox/inbox";
import { Badge, type Tone } from "@/ui/Badge";
import { Failure } from "@/ui/Failure";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";

type Report = Schemas["DeliveryReport"];

const TONES: Record<Report["state"], Tone> = { queued: "calm", sending: "calm", sent: "good", failed: "bad", suppressed: "soft" };

/** Where one notification went, when, and why not elsewhere. */
export function Why({ notice, close }: { notice: Notice; close: () => void }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const reports = api.useQuery("get", "/api/v1/notifications/{id}/deliveries", { params: { path: { id: notice.id } } });
  return (
    <Sheet title={t("inbox.why")} open setOpen={(open) => !open && close()}>
      <p className="break-words text-soft">{notice.title}</p>
      <ul className="divide-y divide-line">
        <li className="flex flex-col gap-1 py-3">
          <span className="flex flex-wrap justify-between gap-2">
            <span className="font-medium">{t("channels.inbox")}</span>
            <Badge tone="good">{t("delivery.state.sent")}</Badge>
          </span>
          <span className="text-sm text-soft">{moment(notice.createdAt)}</span>
        </li>
        {reports.data?.items.map((each) => (
          <Delivery key={each.id} report={each} />
        ))}
      </ul>
      {reports.isPending && <Skeleton className="h-16" />}
      {reports.isError && <Failure error={reports.error} retry={() => void reports.refetch()} />}
      {reports.data?.items.length === 0 && <p className="text-sm text-soft">{t("delivery.nowhere")}</p>}
      <Link to="/account/notifications" className="inline-flex min-h-11 items-center self-start font-medium text-accent underline-offset-2 hover:underline">
        {t("delivery.change")}
      </Link>
    </Sheet>
  );
}

function Delivery({ report }: { report: Report }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const waits = report.state === "queued" && report.heldFor;
  return (
    <li className="flex flex-col gap-1 py-3">
      <span className="flex flex-wrap justify-between gap-2">
        <span className="font-medium break-words">
          {report.channel} <span className="font-normal text-soft">· {t(`channels.kind.${report.kind}`)}</span>
        </span>
        <Badge tone={TONES[report.state]}>{t(`delivery.state.${report.state}`)}</Badge>
      </span>
      <span className="text-sm text-soft">
        {report.reason && t(`delivery.reason.${report.reason}`)}
        {waits && `${t(`delivery.held.${waits}`)} ${t("delivery.due", { when: moment(report.dueAt) })}`}
        {report.sentAt && moment(report.sentAt)}
        {report.attempts > 1 && ` · ${t("delivery.attempts", { count: report.attempts })}`}
      </span>
      {report.error && <span className="text-sm break-words text-bad">{report.error}</span>}
    </li>
  );
}
