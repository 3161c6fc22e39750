import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const AT_FIRST = 5;

/** Who has tried to get in, and what stands out. */
export function Recent() {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const activity = api.useQuery("get", "/api/v1/auth/activity");
  const recent = activity.data?.recent ?? [];
  return (
    <Panel title={t("me.recent.title")} hint={activity.data && t("me.recent.hint", { count: activity.data.keptDays })}>
      {activity.isError && <Failure error={activity.error} retry={() => void activity.refetch()} />}
      {activity.isPending && <Skeleton className="h-60" />}
      <ul className="divide-y divide-line">
        {(all ? recent : recent.slice(0, AT_FIRST)).map((each) => (
          <SignIn key={`${each.at} ${each.sessionId ?? ""}`} seen={each} />
        ))}
      </ul>
      {!all && recent.length > AT_FIRST && (
        <Button className="self-start" onClick={() => setAll(true)}>
          {t("me.recent.all", { count: recent.length })}
        </Button>
      )}
    </Panel>
  );
}

function SignIn({ seen }: { seen: Schemas["SignInSeen"] }) {
  const { t, i18n } = useTranslation();
  const { moment } = useFormats();
  const way = `me.way.${seen.method}`;
  const worked = seen.result === "ok";
  return (
    <li className="flex flex-col gap-1 py-3">
      <p className="flex flex-wrap items-center justify-between gap-x-3">
        <time dateTime={seen.at} className="font-medium">
          {moment(seen.at)}
        </time>
        <Badge tone={worked ? "good" : "bad"}>{t(worked ? "me.recent.ok" : "me.recent.refused")}</Badge>
      </p>
      <p className="text-sm text-soft">
        {[seen.browser, seen.platform].filter((each) => each !== "Other").join(" · ") || t("me.recent.someBrowser")} · {seen.place} ·{" "}
        {i18n.exists(way) ? t(way as "me.way.password") : seen.method}
      </p>
      {seen.unusual.map((each) => (
        <p key={each.code} className="text-sm text-warn">
          {t(`me.unusual.${each.code}`)}
        </p>
      ))}
    </li>
  );
}
