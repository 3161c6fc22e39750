import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useEffect, type ReactElement } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { useFormats } from "@/i18n/formats";
import { Actions } from "@/screens/youtube/Actions";
import { Failing, Going, Standing, useShown } from "@/screens/youtube/DownloadCard";
import { Thumbnail } from "@/screens/youtube/Thumbnail";
import { buttonLook } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/in/youtube/downloads/$id");

export function OneDownload() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const download = api.useQuery("get", "/api/v1/youtube/downloads/{id}", { params: { path: { id } } });
  if (download.isError && !download.data) return <Failure error={download.error} retry={() => void download.refetch()} />;
  if (download.isPending)
    return (
      <Page title={t("youtube.downloads")} narrow>
        <Skeleton className="aspect-video" />
      </Page>
    );
  return <Shown download={download.data} />;
}

function Shown({ download }: { download: Schemas["Download"] }) {
  const { t } = useTranslation();
  const { lasting, bytes, date, moment, number } = useFormats();
  const now = useShown(download);
  useEffect(() => {
    if (now.status !== download.status) void outdated("/api/v1/youtube/downloads/{id}");
  }, [now.status, download.status]);
  const facts: [string, ReactElement | string | number | null | undefined][] = [
    [t("youtube.channel"), now.channel],
    [t("library.sorts.duration"), now.durationSeconds ? lasting(now.durationSeconds) : null],
    [t("item.released"), now.publishedOn ? date(now.publishedOn) : null],
    [t("youtube.profile"), now.profile.name],
    [t("youtube.size"), now.size ? bytes(now.size) : null],
    [t("youtube.askedBy"), `${now.requestedBy.name}, ${moment(now.createdAt)}`],
    [t("youtube.ready"), now.finishedAt ? moment(now.finishedAt) : null],
    [t("youtube.attempts"), now.attempts > 1 ? number(now.attempts) : null],
    [t("item.file"), now.path ? <span className="font-mono text-sm break-all">{now.path}</span> : null],
    [t("youtube.original"), <a key="a" href={now.url} target="_blank" rel="noreferrer" className="break-all text-accent underline underline-offset-2">{now.url}</a>],
  ];
  return (
    <Page title={now.title} narrow>
      <Link to="/youtube" preload="intent" className="-mt-3 inline-flex min-h-11 items-center gap-2 self-start text-soft hover:text-ink">
        <ArrowLeft aria-hidden className="size-5" /> {t("youtube.downloads")}
      </Link>
      <Thumbnail src={now.thumbnailUrl} className="w-full max-w-xl" />
      <div role="status" className="flex flex-col gap-3">
        <Standing now={now} />
        <Failing now={now} />
      </div>
      <Going now={now} />
      <div className="flex flex-wrap gap-2">
        {now.status === "ready" && now.plexUrl && (
          <a href={now.plexUrl} target="_blank" rel="noreferrer" className={buttonLook("main")}>
            {t("item.watch")}
          </a>
        )}
        <Actions download={now} />
        {now.batchId && (
          <Link to="/youtube/batches/$id" params={{ id: now.batchId }} className={buttonLook("quiet")}>
            {t("youtube.itsBatch")}
          </Link>
        )}
        {now.subscriptionId && (
          <Link to="/youtube/subscriptions/$id" params={{ id: now.subscriptionId }} className={buttonLook("quiet")}>
            {t("youtube.itsSubscription")}
          </Link>
        )}
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-soft">{name}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ))}
      </dl>
    </Page>
  );
}
