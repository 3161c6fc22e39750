import { Link } from "@tanstack/react-router";
import { PauseCircle } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Badge, type Tone } from "@/ui/Badge";

const TONES: Record<Schemas["BatchStatus"], Tone> = { queued: "soft", indexing: "calm", indexed: "good", failed: "bad", cancelled: "soft" };

/** What concerns all downloads: a queue that stands still, what is left of the quota and of the disk, lists under way. */
export function Standing() {
  const { t } = useTranslation();
  const { bytes, number, ago } = useFormats();
  const queue = api.useQuery("get", "/api/v1/youtube/queue");
  const quota = api.useQuery("get", "/api/v1/youtube/quota");
  const batches = api.useQuery("get", "/api/v1/youtube/batches", { params: { query: { limit: 20 } } });
  const facts = [
    queue.data && (queue.data.running || queue.data.queued) ? t("youtube.queueSays", { running: number(queue.data.running), queued: number(queue.data.queued) }) : null,
    quota.data?.remaining != null ? t("youtube.left", { count: quota.data.remaining, number: number(quota.data.remaining) }) : null,
    quota.data?.limitBytes != null ? t("youtube.usedOf", { used: bytes(quota.data.usedBytes), limit: bytes(quota.data.limitBytes) }) : null,
    quota.data ? t("youtube.free", { size: bytes(Math.max(0, quota.data.diskFree - quota.data.diskReserve)) }) : null,
  ];
  const moving = (batches.data?.items ?? []).filter((each) => each.status === "queued" || each.status === "indexing" || (each.status !== "cancelled" && each.ready + each.failed < each.made));
  return (
    <>
      {queue.data?.pause && (
        <div role="alert" className="flex max-w-3xl items-start gap-3 rounded-xl border-2 border-warn bg-raised p-4">
          <PauseCircle aria-hidden className="size-6 shrink-0 text-warn" />
          <div>
            <p className="font-medium">{t("youtube.queuePaused")}</p>
            <p className="text-sm text-soft">
              {queue.data.pause.code ? t(`failure.${queue.data.pause.code}`, { defaultValue: queue.data.pause.reason }) : queue.data.pause.reason}
              {queue.data.pause.until && ` ${t("youtube.goesOn", { when: ago(queue.data.pause.until) })}`}
            </p>
          </div>
        </div>
      )}
      <p className="min-h-6 text-sm text-soft">{facts.filter(Boolean).join(" · ")}</p>
      {moving.length > 0 && (
        <section aria-label={t("youtube.lists")}>
          <h2 className="mb-2 text-xl font-semibold">{t("youtube.lists")}</h2>
          <ul className="grid max-w-5xl gap-3 lg:grid-cols-2">
            {moving.map((each) => (
              <BatchLine key={each.id} batch={each} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

export function BatchLine({ batch }: { batch: Schemas["Batch"] }) {
  const { t } = useTranslation();
  return (
    <li className="rounded-xl border border-line bg-raised p-4">
      <Link to="/youtube/batches/$id" params={{ id: batch.id }} preload="intent" className="font-medium hover:underline">
        {batch.title ?? batch.url}
      </Link>
      <BatchState batch={batch} />
      <p className="sr-only">{t(`youtube.kind.${batch.kind}`)}</p>
    </li>
  );
}

export function BatchState({ batch }: { batch: Schemas["Batch"] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const over = batch.status === "cancelled" || (batch.made > 0 && batch.ready + batch.failed >= batch.made);
  return (
    <div className="mt-1 flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-x-3 text-sm text-soft">
        <Badge tone={TONES[batch.status]}>{t(`youtube.batch.${batch.status}`)}</Badge>
        {batch.made > 0 && t("youtube.readyOf", { ready: number(batch.ready), made: number(batch.made) })}
        {batch.failed > 0 && <span className="text-bad">{t("youtube.failedOf", { count: batch.failed, number: number(batch.failed) })}</span>}
      </p>
      {batch.failure && <p className="text-sm text-bad">{t(`failure.${batch.failure.code}`, { defaultValue: batch.failure.message })}</p>}
      {batch.made > 0 && !over && (
        <progress value={batch.ready + batch.failed} max={batch.made} aria-label={t("youtube.progressOf", { title: batch.title ?? "" })} className="h-2 w-full accent-accent" />
      )}
    </div>
  );
}
