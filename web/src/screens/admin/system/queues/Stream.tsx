import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";

/** From here on a stream is shown as filling up. */
const NEARLY_FULL = 0.8;

export function Stream({ stream }: { stream: Schemas["QueueStream"] }) {
  const { t } = useTranslation();
  const { number, bytes, ago, percent } = useFormats();
  const share = stream.maxBytes ? stream.bytes / stream.maxBytes : 0;
  const waiting = stream.consumers.reduce((sum, each) => sum + each.pending, 0);
  const facts = [
    t(`system.queues.stream.${stream.kind}`),
    t("system.queues.messages", { count: stream.messages, number: number(stream.messages) }),
    bytes(stream.bytes),
    stream.newestAt && t("system.queues.newest", { when: ago(stream.newestAt) }),
  ].filter(Boolean);
  return (
    <li>
      <details className="group">
        <summary className="flex min-h-14 cursor-pointer list-none items-center gap-3 py-2 [&::-webkit-details-marker]:hidden">
          <ChevronRight aria-hidden className="size-4 shrink-0 text-soft transition group-open:rotate-90" />
          <div className="min-w-0 flex-1">
            <p className="flex flex-wrap justify-between gap-x-4">
              <span className="font-medium break-all">{stream.name}</span>
              <span className={waiting > 0 ? "text-calm tabular-nums" : "text-soft"}>
                {waiting > 0 ? t("system.queues.waiting", { count: waiting, number: number(waiting) }) : t("system.queues.nothingWaits")}
              </span>
            </p>
            <p className="text-sm text-soft tabular-nums">{facts.join(" · ")}</p>
            {share >= NEARLY_FULL && (
              <p className="text-sm text-warn">
                {t("system.queues.full", { share: percent(share) })} {t(`system.queues.${stream.whenFull}`)}
              </p>
            )}
          </div>
        </summary>
        {stream.consumers.length === 0 ? (
          <p className="pb-3 pl-7 text-sm text-soft">{t("system.queues.noConsumers")}</p>
        ) : (
          <ul className="divide-y divide-line pb-3 pl-7">
            {stream.consumers.map((each) => (
              <Consumer key={each.name} consumer={each} />
            ))}
          </ul>
        )}
      </details>
    </li>
  );
}

function Consumer({ consumer: { name, subject, pending, inFlight, redelivered, lastAnsweredAt } }: { consumer: Schemas["QueueConsumer"] }) {
  const { t } = useTranslation();
  const { number, ago } = useFormats();
  const facts = [
    pending > 0 ? t("system.queues.waiting", { count: pending, number: number(pending) }) : t("system.queues.nothingWaits"),
    inFlight > 0 && t("system.queues.underWay", { number: number(inFlight) }),
    redelivered > 0 && t("system.queues.again", { number: number(redelivered) }),
    lastAnsweredAt && t("system.queues.lastAnswered", { when: ago(lastAnsweredAt) }),
  ].filter(Boolean);
  return (
    <li className="py-2 text-sm">
      <p className="break-all">{name}</p>
      <p className="break-all text-soft">{subject}</p>
      <p className="text-soft tabular-nums">{facts.join(" · ")}</p>
    </li>
  );
}
