import { Webhook } from "lucide-react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { usePages } from "@/api/pages";
import { BASE } from "@/base";
import { useFormats } from "@/i18n/formats";
import { Handed } from "@/screens/admin/Handed";
import { SOURCES, TAUTULLI_DATA, type Source } from "@/screens/admin/webhooks/sources";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/webhooks";

export function Webhooks() {
  const { t } = useTranslation();
  return (
    <Page title={t("admin.places.webhooks")} narrow>
      <p className="-mt-4 text-soft">{t("webhooks.hint")}</p>
      <div className="flex flex-col gap-2">
        {SOURCES.map((source) => (
          <SetUp key={source.name} source={source} />
        ))}
      </div>
      <NotUnderstood />
    </Page>
  );
}

function SetUp({ source: { name, title, variable, path, steps } }: { source: Source }) {
  const { t } = useTranslation();
  return (
    <details className="group rounded-xl border border-line bg-raised px-4">
      <summary className="flex min-h-14 cursor-pointer flex-col justify-center py-2">
        <span className="font-medium">{title || t("webhooks.generic")}</span>
        <span className="text-sm text-soft">{t(`webhooks.does.${name}`)}</span>
      </summary>
      <div className="flex flex-col gap-4 border-t border-line py-4">
        <ol className="flex list-decimal flex-col gap-2 pl-5">
          <li>
            {t("webhooks.secret")} <code className="text-sm break-all">{variable}</code>
          </li>
          {Array.from({ length: steps }, (_, place) => (
            <li key={place}>{t(`webhooks.steps.${name}.${place}` as "webhooks.steps.radarr.0")}</li>
          ))}
        </ol>
        <Handed label={t("webhooks.address")} value={`${location.origin}${BASE}${path}`} />
        {name === "tautulli" && (
          <>
            <p className="text-sm font-medium">{t("webhooks.data")}</p>
            <pre className="-mt-3 overflow-x-auto rounded-lg border border-line bg-ground p-3 text-sm">{TAUTULLI_DATA}</pre>
          </>
        )}
      </div>
    </details>
  );
}

/** Bodies of which nothing could be made: mostly another version's, or a field set wrongly. */
function NotUnderstood() {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const kept = usePages(["get", PATH], async (cursor, signal) => (await http.GET(PATH, { params: { query: { cursor } }, signal })).data!);
  return (
    <section aria-labelledby="kept" className="flex flex-col gap-3">
      <h2 id="kept" className="text-lg font-semibold">
        {t("webhooks.kept.title")}
      </h2>
      {kept.isError && <Failure error={kept.error} retry={() => void kept.refetch()} />}
      {kept.isPending && <Skeleton className="h-32 rounded-xl" />}
      {kept.isSuccess && kept.items.length === 0 && (
        <Empty icon={Webhook} title={t("webhooks.kept.none")}>
          {t("webhooks.kept.noneHint")}
        </Empty>
      )}
      {kept.items.length > 0 && (
        <>
          <p className="text-sm text-soft">{t("webhooks.kept.hint")}</p>
          <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
            {kept.items.map((each) => (
              <li key={each.id} className="px-4">
                <details>
                  <summary className="flex min-h-14 cursor-pointer flex-wrap items-center justify-between gap-x-4 py-2">
                    <span className="font-medium break-all">
                      {each.source}
                      {each.name && `/${each.name}`} · {each.event}
                    </span>
                    <span className="text-sm text-soft">{moment(each.receivedAt)}</span>
                  </summary>
                  <pre className="mb-4 max-h-80 overflow-auto rounded-lg border border-line bg-ground p-3 text-sm break-all whitespace-pre-wrap">{each.body}</pre>
                </details>
              </li>
            ))}
          </ul>
        </>
      )}
      <More pages={kept} />
    </section>
  );
}
