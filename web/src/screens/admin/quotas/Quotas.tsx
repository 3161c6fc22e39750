import { Link } from "@tanstack/react-router";
import { ChevronRight, Gauge } from "lucide-react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/media/quotas";
const VARIABLES = [
  "MEDIANEST_MOVIE_QUOTA_LIMIT",
  "MEDIANEST_MOVIE_QUOTA_DAYS",
  "MEDIANEST_TV_QUOTA_LIMIT",
  "MEDIANEST_TV_QUOTA_DAYS",
  "MEDIANEST_ADMIN_MOVIE_QUOTA_LIMIT",
  "MEDIANEST_ADMIN_TV_QUOTA_LIMIT",
  "MEDIANEST_MEDIA_4K_FOR",
  "MEDIANEST_YOUTUBE_DOWNLOADS_PER_HOUR",
  "MEDIANEST_YOUTUBE_BYTES_PER_PERSON",
];

export function Quotas() {
  const { t } = useTranslation();
  const quotas = usePages(["get", PATH], async (cursor, signal) => (await http.GET(PATH, { params: { query: { cursor, limit: 50 } }, signal })).data!);
  return (
    <Page title={t("admin.places.quotas")} narrow>
      <p className="-mt-4 text-soft">{t("quotas.listHint")}</p>
      {quotas.isError && <Failure error={quotas.error} retry={() => void quotas.refetch()} />}
      {quotas.isPending && <Skeleton className="h-40 rounded-xl" />}
      {quotas.isSuccess && quotas.items.length === 0 && (
        <Empty icon={Gauge} title={t("quotas.none")}>
          {t("quotas.noneHint")}
        </Empty>
      )}
      {quotas.items.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
          {quotas.items.map((each) => (
            <li key={each.user.id}>
              <Line quota={each} />
            </li>
          ))}
        </ul>
      )}
      <More pages={quotas} />
      <Panel title={t("quotas.forRoles")} hint={t("quotas.forRolesHint")}>
        <ul className="font-mono text-sm break-all text-soft">
          {VARIABLES.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </Panel>
    </Page>
  );
}

function Line({ quota }: { quota: Schemas["PersonQuota"] }) {
  const { t } = useTranslation();
  const limit = (each: Schemas["Limit"] | null) =>
    !each ? t("quotas.asRole") : each.limit === null ? t("quotas.noLimit") : t("quotas.limitOf", { limit: each.limit, count: each.days });
  return (
    <Link to="/admin/people/$id" params={{ id: quota.user.id }} preload="intent" className="flex min-h-16 items-center gap-3 px-4 py-2 hover:bg-line/30">
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{quota.user.name}</span>
        <span className="block text-sm text-soft">
          {t("quotas.movie")}: {limit(quota.movie)} · {t("quotas.tv")}: {limit(quota.tv)}
          {quota.mayAsk4k !== null && ` · ${t(quota.mayAsk4k ? "quotas.may" : "quotas.mayNot")}`}
        </span>
      </span>
      <ChevronRight aria-hidden className="size-5 shrink-0 text-soft" />
    </Link>
  );
}
