import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Stream } from "@/screens/admin/system/queues/Stream";
import { Verdict } from "@/screens/admin/system/Verdict";
import { buttonLook } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const AGAIN_MS = 15_000;

export function Queues() {
  const { t } = useTranslation();
  const queues = api.useQuery("get", "/api/v1/admin/queues", {}, { refetchInterval: AGAIN_MS });
  return (
    <Page title={t("system.queues.title")}>
      <p className="-mt-4 text-soft">{t("system.queues.hint")}</p>
      {queues.isError && <Failure error={queues.error} retry={() => void queues.refetch()} />}
      {queues.isPending && Array.from({ length: 4 }, (_, place) => <Skeleton key={place} className="h-28" />)}
      {queues.data && (
        <>
          <Told queues={queues.data} />
          {queues.data.streams && (
            <Panel title={t("system.queues.streams")}>
              <ul className="-my-2 divide-y divide-line">
                {queues.data.streams.map((each) => (
                  <Stream key={each.name} stream={each} />
                ))}
              </ul>
            </Panel>
          )}
          <Outboxes outboxes={queues.data.outboxes} />
        </>
      )}
    </Page>
  );
}

/** In words, before any figure: is something the matter? */
function Told({ queues: { streams, silent, deadLetters } }: { queues: Schemas["Queues"] }) {
  const { t } = useTranslation();
  const { list } = useFormats();
  const dead = deadLetters.reduce((sum, each) => sum + each.waiting, 0);
  const troubles = [
    !streams && t("system.queues.silentBus"),
    silent.length > 0 && t("system.queues.silent", { names: list(silent) }),
    dead > 0 && t("system.queues.dead", { count: dead }),
  ].filter(Boolean);
  const isWell = troubles.length === 0;
  return (
    <Verdict
      well={isWell}
      action={
        <Link to="/admin/dead-letters" preload="intent" className={buttonLook(dead > 0 ? "main" : "plain")}>
          {t("system.queues.seeDead")}
        </Link>
      }
    >
      {isWell ? <p>{t("system.queues.well")}</p> : troubles.map((each) => <p key={String(each)}>{each}</p>)}
    </Verdict>
  );
}

function Outboxes({ outboxes }: { outboxes: readonly Schemas["Outbox"][] }) {
  const { t } = useTranslation();
  const { number, lasting } = useFormats();
  return (
    <Panel title={t("system.queues.outboxes")} hint={t("system.queues.outboxesHint")}>
      <ul className="-my-2 divide-y divide-line">
        {outboxes.map(({ service, due, scheduled, oldestSeconds }) => (
          <li key={service} className="flex flex-wrap justify-between gap-x-4 py-2">
            <span className="font-medium">{service}</span>
            <span className="text-soft tabular-nums">
              {[
                due > 0 ? t("system.queues.due", { count: due, number: number(due) }) : t("system.queues.nothingDue"),
                due > 0 && oldestSeconds >= 1 && t("system.queues.late", { time: lasting(oldestSeconds) }),
                scheduled > 0 && t("system.queues.scheduled", { number: number(scheduled) }),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
