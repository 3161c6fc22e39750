import { useMutation } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { useFormats } from "@/i18n/formats";
import { Cookies } from "@/screens/youtube/Cookies";
import { Tools } from "@/screens/youtube/Tools";
import { YouTubePage } from "@/screens/youtube/YouTubePage";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

/** What administrators look after: the queue, the programs, the cookies, and what it all takes. */
export function Upkeep() {
  return (
    <YouTubePage>
      <div className="grid items-start gap-6 xl:grid-cols-2">
        <Queue />
        <Figures />
        <Tools />
        <Cookies />
      </div>
    </YouTubePage>
  );
}

function Queue() {
  const { t } = useTranslation();
  const { number, ago } = useFormats();
  const queue = api.useQuery("get", "/api/v1/youtube/queue");
  const [reason, setReason] = useState("");
  const turning = useMutation({
    mutationFn: async (on: boolean) => {
      if (on) await http.POST("/api/v1/youtube/queue/resume");
      else await http.POST("/api/v1/youtube/queue/pause", { body: { ...(reason.trim() && { reason: reason.trim() }) } as Schemas["PauseQueueBody"] });
    },
    onSuccess: () => setReason(""),
    onSettled: () => outdated("/api/v1/youtube/"),
  });
  const known = queue.data;
  return (
    <Panel title={t("youtube.queue")} hint={t("youtube.queueHint")}>
      {queue.isError && <Failure error={queue.error} retry={() => void queue.refetch()} />}
      {queue.isPending && <Skeleton className="h-24" />}
      {known && (
        <>
          <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
            {(["running", "queued", "waiting", "failed"] as const).map((name) => (
              <div key={name}>
                <dt className="text-sm text-soft">{t(`youtube.figures.${name}`)}</dt>
                <dd className="text-2xl font-semibold tabular-nums">{name === "running" ? `${number(known.running)} / ${number(known.slots)}` : number(known[name])}</dd>
              </div>
            ))}
          </dl>
          <div role="status">
            {known.pause ? <Badge tone="warn">{t("youtube.queuePaused")}</Badge> : <Badge tone="good">{t("youtube.queueRuns")}</Badge>}
            {known.pause && (
              <p className="mt-1 text-sm text-soft">
                {known.pause.code ? t(`failure.${known.pause.code}`, { defaultValue: known.pause.reason }) : known.pause.reason}
                {known.pause.until && ` ${t("youtube.goesOn", { when: ago(known.pause.until) })}`}
              </p>
            )}
          </div>
          {!known.pause && <Field label={t("youtube.pauseReason")} hint={t("youtube.pauseReasonHint")} value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />}
          {turning.isError && <Failure error={turning.error} />}
          <Button className="self-start" busy={turning.isPending} onClick={() => turning.mutate(known.pause !== null)}>
            {known.pause ? <Play aria-hidden className="size-5" /> : <Pause aria-hidden className="size-5" />}
            {t(known.pause ? "youtube.resumeQueue" : "youtube.pauseQueue")}
          </Button>
        </>
      )}
    </Panel>
  );
}

function Figures() {
  const { t } = useTranslation();
  const { number, bytes, percent } = useFormats();
  const stats = api.useQuery("get", "/api/v1/youtube/stats");
  const quota = api.useQuery("get", "/api/v1/youtube/quota");
  if (stats.isError && !stats.data) return <Failure error={stats.error} retry={() => void stats.refetch()} />;
  const known = stats.data;
  const facts: [string, string | null][] = known
    ? [
        [t("youtube.figures.videos"), number(known.videos)],
        [t("youtube.figures.bytes"), bytes(known.bytes)],
        [t("youtube.figures.free"), quota.data ? bytes(quota.data.diskFree) : null],
        [t("youtube.figures.success"), known.successRate30d === null ? null : percent(known.successRate30d)],
      ]
    : [];
  const most = known ? Math.max(1, ...known.byChannel.map((each) => each.bytes)) : 1;
  return (
    <Panel title={t("youtube.takes")}>
      {!known && <Skeleton className="h-40" />}
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-sm text-soft">{name}</dt>
            <dd className="text-xl font-semibold tabular-nums">{value ?? "–"}</dd>
          </div>
        ))}
      </dl>
      {known && known.byChannel.length > 0 && (
        <section aria-label={t("youtube.byChannel")}>
          <h3 className="mb-2 font-medium">{t("youtube.byChannel")}</h3>
          <ul className="flex flex-col gap-2">
            {known.byChannel.slice(0, 8).map((each) => (
              <li key={each.channel}>
                <p className="flex justify-between gap-4 text-sm">
                  <span className="truncate">{each.channel}</span>
                  <span className="whitespace-nowrap text-soft tabular-nums">{bytes(each.bytes)}</span>
                </p>
                <div aria-hidden className="h-1.5 rounded-full bg-accent" style={{ width: `${Math.max(1, (each.bytes / most) * 100)}%` }} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {known && known.byPerson.length > 0 && (
        <section aria-label={t("youtube.byPerson")}>
          <h3 className="mb-2 font-medium">{t("youtube.byPerson")}</h3>
          <ul className="flex flex-col gap-1 text-sm">
            {known.byPerson.map((each) => (
              <li key={each.userId} className="flex justify-between gap-4">
                <span className="truncate">{each.name}</span>
                <span className="whitespace-nowrap text-soft tabular-nums">{[t("youtube.videos", { count: each.videos, number: number(each.videos) }), bytes(each.bytes)].join(" · ")}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {known && Object.keys(known.failures30d).length > 0 && (
        <section aria-label={t("youtube.failures")}>
          <h3 className="mb-2 font-medium">{t("youtube.failures")}</h3>
          <ul className="flex flex-col gap-1 text-sm text-soft">
            {Object.entries(known.failures30d).map(([code, count]) => (
              <li key={code}>
                {t(`failure.${code as Schemas["FailureCode"]}`, { defaultValue: code })} ({number(count)})
              </li>
            ))}
          </ul>
        </section>
      )}
    </Panel>
  );
}
