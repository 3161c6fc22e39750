import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/recoveries";

/** What broke, and was mended by itself or by hand; the latest first. */
export function Recoveries() {
  const { t } = useTranslation();
  const { ago, moment, lasting } = useFormats();
  const recoveries = usePages(["get", PATH], async (cursor, signal) =>
    (await http.GET(PATH, { params: { query: { cursor, limit: 20 } }, signal })).data!,
  );
  return (
    <Panel title={t("system.breakers.recoveries")}>
      {recoveries.isError && <Failure error={recoveries.error} retry={() => void recoveries.refetch()} />}
      {recoveries.isPending && <Skeleton className="h-24" />}
      {recoveries.isSuccess && recoveries.items.length === 0 && <p className="text-soft">{t("system.breakers.recoveriesNone")}</p>}
      <ul className="-my-2 divide-y divide-line">
        {recoveries.items.map((each) => (
          <li key={each.id} className="flex flex-wrap justify-between gap-x-4 py-2">
            <div className="min-w-0">
              <p className="break-words">
                {t(`system.breakers.recovery.${each.kind}`, { about: each.about })}
                {each.seconds != null && each.seconds >= 1 && (
                  <span className="text-soft"> {t("system.breakers.after", { time: lasting(each.seconds) })}</span>
                )}
              </p>
              {each.detail && <p className="text-sm text-soft">{each.detail}</p>}
              <p className="text-sm text-soft">{t("system.breakers.usedBy", { service: each.service })}</p>
            </div>
            <time dateTime={each.at} title={moment(each.at)} className="text-sm text-soft">
              {ago(each.at)}
            </time>
          </li>
        ))}
      </ul>
      <More pages={recoveries} />
    </Panel>
  );
}
