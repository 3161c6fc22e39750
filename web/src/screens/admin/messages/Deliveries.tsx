import { Send } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { readAgain, useChange } from "@/screens/admin/useChange";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { Confirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/notifications/deliveries";
const TOUCHES = [PATH, "/api/v1/admin/stats"];
const STATES = ["failed", "suppressed", "queued", "sent"] as const;
const TONES: Record<Schemas["DeliveryState"], Tone> = { failed: "bad", suppressed: "soft", queued: "calm", sending: "calm", sent: "good" };

export function Deliveries() {
  const { t } = useTranslation();
  const [state, setState] = useState<(typeof STATES)[number]>("failed");
  const all = usePages(["get", PATH, state], async (cursor, signal) => (await http.GET(PATH, { params: { query: { state, cursor } }, signal })).data!);
  return (
    <Page title={t("admin.places.deliveries")} narrow>
      <Choices label={t("deliveries.which")} value={state} choose={setState} options={STATES.map((value) => ({ value, label: t(`deliveries.state.${value}`) }))} />
      {all.isError && <Failure error={all.error} retry={() => void all.refetch()} />}
      {all.isPending && <Skeleton className="h-64 rounded-xl" />}
      {all.isSuccess && all.items.length === 0 && (
        <Empty icon={Send} title={t(state === "failed" ? "deliveries.noneFailed" : "deliveries.none")}>
          {t("deliveries.noneHint")}
        </Empty>
      )}
      {all.items.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
          {all.items.map((each) => (
            <Line key={each.id} delivery={each} />
          ))}
        </ul>
      )}
      <More pages={all} />
    </Page>
  );
}

function Line({ delivery }: { delivery: Schemas["AdminDelivery"] }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const params = { path: { id: delivery.id } };
  const resend = useChange(
    () => http.POST("/api/v1/admin/notifications/deliveries/{id}/resend", { params }),
    TOUCHES,
    () => ({ title: t("deliveries.again", { name: delivery.userName }) }),
  );
  const over = delivery.state === "failed" || delivery.state === "suppressed";
  return (
    <li className="flex flex-wrap items-start justify-between gap-3 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium break-words">
          {delivery.userName} · {delivery.channel}
        </p>
        <p className="text-sm break-all text-soft">
          {delivery.type} · {delivery.target} · {ago(delivery.updatedAt)}
          {delivery.attempts > 1 && ` · ${t("deliveries.attempts", { count: delivery.attempts })}`}
        </p>
        {delivery.error && <p className="text-sm break-words">{delivery.error}</p>}
        <Badge tone={TONES[delivery.state]}>
          {t(`deliveries.state.${delivery.state}`)}
          {delivery.reason && `: ${t(`deliveries.reason.${delivery.reason}`)}`}
        </Badge>
      </div>
      {over && (
        <div className="flex flex-wrap gap-2">
          <Button busy={resend.isPending} onClick={() => resend.mutate()}>
            {t("deliveries.resend")}
          </Button>
          <Confirm
            title={t("deliveries.removeTitle")}
            act={t("deliveries.remove")}
            trigger={<Button look="quiet">{t("deliveries.remove")}</Button>}
            onConfirm={async () => {
              await http.DELETE("/api/v1/admin/notifications/deliveries/{id}", { params });
              await readAgain(TOUCHES);
            }}
          >
            {t("deliveries.removeLost", { name: delivery.userName })}
          </Confirm>
        </div>
      )}
    </li>
  );
}
