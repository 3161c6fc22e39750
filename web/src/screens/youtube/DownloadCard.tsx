import { Link } from "@tanstack/react-router";
import { Pin, Play } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { useLiveStates } from "@/live/Live";
import { Actions } from "@/screens/youtube/Actions";
import { asShown } from "@/screens/youtube/doings";
import { Thumbnail } from "@/screens/youtube/Thumbnail";
import { Badge, type Tone } from "@/ui/Badge";
import { buttonLook } from "@/ui/Button";

type Download = Schemas["Download"];

const TONES: Record<Schemas["DownloadStatus"], Tone> = {
  queued: "soft",
  waiting: "warn",
  downloading: "calm",
  processing: "calm",
  importing: "calm",
  ready: "good",
  paused: "warn",
  failed: "bad",
  cancelled: "soft",
  removed: "soft",
};

/** A download as it is at this moment. */
export function useShown(download: Download): Download {
  const live = useLiveStates("download.progress").find((each) => each.downloadId === download.id);
  return asShown(download, live);
}

export function DownloadCard({ download }: { download: Download }) {
  const { t } = useTranslation();
  const { lasting, bytes } = useFormats();
  const me = useMe();
  const now = useShown(download);
  const facts = [
    now.channel,
    now.durationSeconds ? lasting(now.durationSeconds) : null,
    now.size ? bytes(now.size) : null,
    now.requestedBy.id === me.id ? null : t("youtube.by", { name: now.requestedBy.name }),
  ];
  return (
    <li className="flex flex-col gap-3 rounded-xl border border-line bg-raised p-3">
      <div className="flex gap-3 sm:gap-4">
        <Thumbnail src={now.thumbnailUrl} className="w-28 sm:w-40" />
        <div className="flex min-w-0 flex-1 flex-col gap-1">
          <Link to="/youtube/downloads/$id" params={{ id: now.id }} preload="intent" className="line-clamp-2 font-medium break-words hover:underline">
            {now.title}
          </Link>
          <p className="line-clamp-1 text-sm text-soft">{facts.filter(Boolean).join(" · ")}</p>
          <Standing now={now} />
        </div>
      </div>
      <Failing now={now} />
      <Going now={now} />
      <div className="flex flex-wrap items-center gap-2 empty:hidden">
        {now.status === "ready" && now.plexUrl && (
          <a href={now.plexUrl} target="_blank" rel="noreferrer" className={buttonLook("plain", "px-3")}>
            <Play aria-hidden className="size-5" /> {t("item.watch")}
          </a>
        )}
        <Actions download={now} />
      </div>
    </li>
  );
}

export function Standing({ now }: { now: Download }) {
  const { t } = useTranslation();
  return (
    <p className="flex flex-wrap items-center gap-x-3">
      <Badge tone={TONES[now.status]}>{t(`download.${now.status}`)}</Badge>
      {now.position != null && now.status === "queued" && <span className="text-sm text-soft">{t("youtube.position", { position: now.position })}</span>}
      {now.priority && now.status === "queued" && <span className="text-sm text-soft">{t("youtube.hurried")}</span>}
      {now.pinned && (
        <span className="inline-flex items-center gap-1 text-sm text-soft">
          <Pin aria-hidden className="size-4" /> {t("youtube.pinned")}
        </span>
      )}
    </p>
  );
}

/** Why it did not work, and what somebody can do about it. */
export function Failing({ now }: { now: Download }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  if (!now.failure || (now.status !== "failed" && now.status !== "waiting"))
    return now.statusReason && now.status !== "ready" ? <p className="text-sm text-soft">{now.statusReason}</p> : null;
  return (
    <div className="text-sm">
      <p className={now.status === "failed" ? "text-bad" : "text-warn"}>{t(`failure.${now.failure.code}`, { defaultValue: now.failure.message })}</p>
      {now.failure.retryAt && now.status === "waiting" && <p className="text-soft">{t("youtube.retriesAt", { when: ago(now.failure.retryAt) })}</p>}
    </div>
  );
}

/** How far it is, how fast it goes, and how long it will take. */
export function Going({ now }: { now: Download }) {
  const { t } = useTranslation();
  const { percent, bytes, lasting } = useFormats();
  const { progress } = now;
  if (!progress || now.status === "ready" || now.status === "failed") return null;
  const facts = [
    t(`youtube.step.${progress.step}`),
    progress.percent != null ? percent(progress.percent / 100) : null,
    progress.totalBytes ? t("youtube.of", { done: bytes(progress.downloadedBytes ?? 0), total: bytes(progress.totalBytes) }) : null,
    progress.bytesPerSecond ? t("youtube.speed", { speed: bytes(progress.bytesPerSecond) }) : null,
    progress.etaSeconds != null ? t("youtube.eta", { time: lasting(progress.etaSeconds) }) : null,
  ];
  return (
    <div className="flex flex-col gap-1">
      <progress
        {...(progress.percent != null && { value: progress.percent })}
        max={100}
        aria-label={t("youtube.progressOf", { title: now.title })}
        className="h-2 w-full overflow-hidden rounded-full accent-accent"
      />
      <p className="text-sm text-soft tabular-nums">{facts.filter(Boolean).join(" · ")}</p>
    </div>
  );
}
