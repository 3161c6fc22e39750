import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

/** How much one may still ask for, and when there is more again. */
export function Limits() {
  const { t } = useTranslation();
  const { bytes, ago } = useFormats();
  const wishes = api.useQuery("get", "/api/v1/media/quota");
  const videos = api.useQuery("get", "/api/v1/youtube/quota");
  return (
    <Panel title={t("me.limits.title")} hint={t("me.limits.hint")}>
      {wishes.isError && <Failure error={wishes.error} retry={() => void wishes.refetch()} />}
      {(wishes.isPending || videos.isPending) && <Skeleton className="h-24" />}
      <dl className="grid gap-4 sm:grid-cols-3">
        {wishes.data &&
          (["movie", "tv"] as const).map((kind) => {
            const quota = wishes.data[kind];
            return (
              <Limit key={kind} name={t(`me.limits.${kind}`)} used={quota.used} limit={quota.limit}>
                {quota.limit !== null && t("me.limits.in", { count: quota.days })}
                {quota.resetsAt && ` · ${t("me.limits.again", { when: ago(quota.resetsAt) })}`}
              </Limit>
            );
          })}
        {videos.data && (
          <Limit name={t("me.limits.videos")} used={videos.data.usedInHour} limit={videos.data.limitPerHour}>
            {videos.data.limitPerHour !== null && t("me.limits.perHour")}{" "}
            {videos.data.limitBytes === null
              ? t("me.limits.kept", { size: bytes(videos.data.usedBytes) })
              : t("me.limits.keptOf", { size: bytes(videos.data.usedBytes), most: bytes(videos.data.limitBytes) })}
          </Limit>
        )}
      </dl>
    </Panel>
  );
}

function Limit({ name, used, limit, children }: { name: string; used: number; limit: number | null; children?: React.ReactNode }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <div className="flex flex-col gap-1">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="flex flex-col gap-1">
        <span className="text-lg font-semibold tabular-nums">
          {limit === null ? t("me.limits.free", { used: number(used) }) : t("me.limits.of", { used: number(used), limit: number(limit) })}
        </span>
        {limit !== null && (
          <progress value={Math.min(used, limit)} max={Math.max(limit, 1)} aria-label={name} className="h-2 w-full accent-accent" />
        )}
        <span className="text-sm text-soft">{children}</span>
      </dd>
    </div>
  );
}
