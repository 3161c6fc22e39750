import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { Problem } from "@/api/problem";
import { isAdmin, useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { estimate } from "@/screens/youtube/estimate";
import { SubscriptionForm } from "@/screens/youtube/SubscriptionForm";
import { Thumbnail } from "@/screens/youtube/Thumbnail";
import { Button, buttonLook } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

type Seen = Schemas["YoutubePreview"];

interface PreviewProps {
  link: string;
  done: () => void;
  look: (link: string) => void;
}

/** What a link leads to, before anything is downloaded. */
export function Preview({ link, done, look }: PreviewProps) {
  const { t } = useTranslation();
  const seen = api.useQuery("get", "/api/v1/youtube/metadata", { params: { query: { url: link } } }, { retry: false, staleTime: 60_000 });
  return (
    <section aria-label={seen.data?.title ?? t("youtube.preview")} aria-busy={seen.isPending} className="relative max-w-3xl rounded-xl border border-line bg-raised p-4">
      <Button look="quiet" aria-label={t("close")} onClick={done} className="absolute top-1 right-1 z-10 px-3">
        <X aria-hidden className="size-5" />
      </Button>
      {seen.isPending && <Coming />}
      {seen.isError && <Which error={seen.error} look={look} retry={() => void seen.refetch()} />}
      {seen.data && <Found seen={seen.data} link={link} done={done} look={look} />}
    </section>
  );
}

/** A link to a video in a list means either. */
function Which({ error, look, retry }: { error: unknown; look: (link: string) => void; retry?: () => void }) {
  const { t } = useTranslation();
  const { videoUrl, playlistUrl } = error instanceof Problem ? error.extra : {};
  if (typeof videoUrl !== "string" || typeof playlistUrl !== "string") return <Failure error={error} {...(retry && { retry })} />;
  return (
    <div className="flex flex-col gap-3 pr-12">
      <p className="font-medium">{t("youtube.which")}</p>
      <div className="flex flex-wrap gap-3">
        <Button look="main" onClick={() => look(videoUrl)}>
          {t("youtube.onlyVideo")}
        </Button>
        <Button onClick={() => look(playlistUrl)}>{t("youtube.wholeList")}</Button>
      </div>
    </div>
  );
}

function Found({ seen, link, done, look }: { seen: Seen } & PreviewProps) {
  const { t } = useTranslation();
  const { lasting, bytes, date, number } = useFormats();
  const facts = [
    seen.channel,
    seen.durationSeconds ? lasting(seen.durationSeconds) : null,
    seen.count ? t("youtube.videos", { count: seen.count, number: number(seen.count) }) : null,
    seen.publishedOn ? date(seen.publishedOn) : null,
    seen.sizeEstimate ? t("youtube.about", { size: bytes(seen.sizeEstimate) }) : null,
  ];
  const there = seen.kind === "video" ? seen.videos?.find((each) => each.downloadId) : undefined;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-4 pr-10 sm:flex-row">
        <Thumbnail src={seen.thumbnailUrl} round={seen.kind === "channel"} className={seen.kind === "channel" ? "w-24" : "w-full sm:w-52"} />
        <div className="flex min-w-0 flex-1 flex-col gap-1">
          <p className="text-sm text-soft">{t(`youtube.kind.${seen.kind}`)}</p>
          <h2 className="text-lg font-semibold break-words">{seen.title}</h2>
          <p className="text-sm text-soft">{facts.filter(Boolean).join(" · ")}</p>
          {seen.live && <p className="text-sm text-warn">{t("youtube.live")}</p>}
          {seen.description && <p className="line-clamp-3 text-sm text-soft">{seen.description}</p>}
        </div>
      </div>
      {seen.kind !== "video" && <Videos videos={seen.videos ?? []} count={seen.count ?? 0} />}
      {there?.downloadId ? (
        <Already id={there.downloadId} />
      ) : (
        <Start seen={seen} link={link} done={done} look={look} />
      )}
      {seen.kind === "video" && seen.listUrl && (
        <Button look="quiet" className="self-start" onClick={() => look(seen.listUrl!)}>
          {t("youtube.wholeList")}
        </Button>
      )}
    </div>
  );
}

function Already({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <p className="flex flex-wrap items-center gap-3">
      <span className="font-medium">{t("youtube.already")}</span>
      <Link to="/youtube/downloads/$id" params={{ id }} preload="intent" className={buttonLook("plain")}>
        {t("youtube.show")}
      </Link>
    </p>
  );
}

function Videos({ videos, count }: { videos: Schemas["PreviewedVideo"][]; count: number }) {
  const { t } = useTranslation();
  const { lasting, number } = useFormats();
  if (videos.length === 0) return null;
  return (
    <details>
      <summary className="min-h-11 cursor-pointer py-2 font-medium">{t("youtube.whatIsIn")}</summary>
      <ol className="flex max-h-72 flex-col gap-2 overflow-y-auto">
        {videos.map((each) => (
          <li key={each.videoId} className="flex items-center gap-3">
            <Thumbnail src={each.thumbnailUrl} className="w-20" />
            <span className="min-w-0">
              <span className="line-clamp-1">{each.title}</span>
              <span className="text-sm text-soft">
                {[each.durationSeconds ? lasting(each.durationSeconds) : null, each.status ? t(`download.${each.status}`) : null].filter(Boolean).join(" · ")}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {count > videos.length && <p className="mt-2 text-sm text-soft">{t("youtube.andMore", { count: count - videos.length, number: number(count - videos.length) })}</p>}
    </details>
  );
}

function Start({ seen, link, done, look }: { seen: Seen } & PreviewProps) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const { bytes, number, ago } = useFormats();
  const admin = isAdmin(useMe());
  const profiles = api.useQuery("get", "/api/v1/youtube/profiles");
  const quota = api.useQuery("get", "/api/v1/youtube/quota");
  const [profileId, setProfileId] = useState<string>();
  const [quality, setQuality] = useState<Schemas["Quality"] | "">("");
  const [most, setMost] = useState("");
  const [priority, setPriority] = useState(false);
  const [follows, setFollows] = useState(false);
  const all = profiles.data?.items ?? [];
  const profile = all.find((each) => each.id === profileId) ?? all.find((each) => each.isDefault) ?? all[0];
  const starting = api.useMutation("post", "/api/v1/youtube/download", {
    onSuccess: async ({ download, batch }) => {
      tell({ title: t("youtube.begun"), body: seen.title, link: batch ? `./youtube/batches/${batch.id}` : download ? `./youtube/downloads/${download.id}` : null });
      done();
      await outdated("/api/v1/youtube/");
    },
  });
  const start = () =>
    starting.mutate({
      body: {
        url: link,
        priority,
        ...(profile && { profileId: profile.id }),
        ...(quality && { quality }),
        ...(seen.kind !== "video" && most && { limit: Number(most) }),
        ...(seen.kind !== "channel" && { playlist: seen.kind === "playlist" }),
      },
    });
  const duplicate = starting.error instanceof Problem ? (starting.error.extra["downloadId"] as string | undefined) : undefined;
  const size = estimate(seen, quality || (profile?.quality ?? "best"));
  const tight = size !== null && quota.data !== undefined && size > quota.data.diskFree - quota.data.diskReserve;
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <Select label={t("youtube.profile")} value={profile?.id ?? ""} options={all.map((each) => ({ value: each.id, label: each.name }))} choose={setProfileId} />
        <Select
          label={t("youtube.quality")}
          value={quality}
          options={[{ value: "", label: t("youtube.asProfile", { quality: profile?.quality ?? "" }) }, ...(seen.qualities ?? []).map((value) => ({ value, label: value === "best" ? t("youtube.best") : value }))]}
          choose={setQuality}
        />
        {seen.kind !== "video" && (
          <Field
            label={t(seen.kind === "channel" ? "youtube.newest" : "youtube.first")}
            hint={t("youtube.mostHint")}
            type="number"
            inputMode="numeric"
            min={1}
            max={5000}
            value={most}
            onChange={(event) => setMost(event.target.value)}
          />
        )}
      </div>
      {admin && (
        <Check checked={priority} onChange={(event) => setPriority(event.target.checked)}>
          {t("youtube.first_in_line")}
        </Check>
      )}
      {quota.data?.remaining != null && (
        <p className="text-sm text-soft">
          {t("youtube.left", { count: quota.data.remaining, number: number(quota.data.remaining) })}
          {quota.data.remaining === 0 && quota.data.resetsAt && ` ${t("youtube.again", { when: ago(quota.data.resetsAt) })}`}
        </p>
      )}
      {tight && <p className="text-sm text-warn">{t("youtube.tight", { size: bytes(size), free: bytes(Math.max(0, quota.data.diskFree - quota.data.diskReserve)) })}</p>}
      {starting.isError && (duplicate ? <Already id={duplicate} /> : <Which error={starting.error} look={look} />)}
      <div className="flex flex-wrap gap-3">
        <Button look="main" busy={starting.isPending} disabled={seen.live === true} onClick={start}>
          {t(seen.kind === "video" ? "youtube.download" : "youtube.downloadAll")}
        </Button>
        {seen.kind !== "video" && (
          <Sheet title={t("subscription.follow")} open={follows} setOpen={setFollows} trigger={<Button>{t("subscription.follow")}</Button>}>
            <SubscriptionForm
              url={link}
              done={() => {
                setFollows(false);
                done();
              }}
            />
          </Sheet>
        )}
      </div>
    </div>
  );
}

function Coming() {
  return (
    <div className="flex flex-col gap-4 sm:flex-row">
      <Skeleton className="aspect-video w-full sm:w-52" />
      <div className="flex flex-1 flex-col gap-2">
        <Skeleton className="h-6 w-2/3" />
        <Skeleton className="h-4 w-1/2" />
        <Skeleton className="h-16" />
      </div>
    </div>
  );
}
