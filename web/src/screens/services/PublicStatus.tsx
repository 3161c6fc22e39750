import { Activity, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { BASE } from "@/base";
import { useFormats } from "@/i18n/formats";
import { Bars } from "@/screens/services/Bars";
import { TONES } from "@/screens/services/overall";
import { DAY_SECONDS, dayBars, overallOf } from "@/screens/services/publicStatus";
import { publicStatus } from "@/screens/services/routes";
import { Sentence } from "@/screens/services/Sentence";
import { Badge } from "@/ui/Badge";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { useTitle } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

type PublicPage = Schemas["PublicPage"];

const AGAIN_MS = 60_000;

/** How things are, for anybody who knows the address: nobody has to sign in, and nothing is said of why or where. */
export function PublicStatus() {
  const { t } = useTranslation();
  const { slug } = publicStatus.useParams();
  const page = api.useQuery("get", "/api/v1/status/{slug}", { params: { path: { slug } } }, { refetchInterval: AGAIN_MS });
  const missing = page.error instanceof Problem && page.error.status === 404;
  useTitle(page.data?.title ?? t("services.public.title"));
  return (
    <main className="mx-auto flex min-h-dvh max-w-3xl flex-col gap-6 px-4 py-8 sm:py-12">
      <h1 className="text-2xl font-semibold break-words">{page.data?.title ?? t("services.public.title")}</h1>
      {page.isPending && Array.from({ length: 4 }, (_, place) => <Skeleton key={place} className={place ? "h-28" : "h-20"} />)}
      {missing && (
        <Empty icon={Activity} title={t("services.public.missing")}>
          {t("services.public.missingHint")}
        </Empty>
      )}
      {page.isError && !missing && <Failure error={page.error} retry={() => void page.refetch()} />}
      {page.data && !missing && <Standing page={page.data} />}
    </main>
  );
}

function Standing({ page }: { page: PublicPage }) {
  const { t } = useTranslation();
  const feed = `${BASE}/api/v1/status/${encodeURIComponent(page.slug)}/feed.atom`;
  return (
    <>
      {page.description && <p className="max-w-prose whitespace-pre-line text-soft">{page.description}</p>}
      <Sentence {...overallOf(page)} checked={page.updatedAt} />
      {page.maintenance.length > 0 && <Maintenance page={page} />}
      {page.groups.map((group, place) => (
        <section key={group.name ?? place} aria-label={group.name ?? t("place.services")}>
          {group.name && <h2 className="mb-2 text-lg font-semibold">{group.name}</h2>}
          <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
            {group.monitors.map((monitor) => (
              <Line key={monitor.id} monitor={monitor} />
            ))}
          </ul>
        </section>
      ))}
      <Incidents page={page} />
      <a href={feed} className="inline-flex min-h-11 items-center self-start text-accent underline-offset-2 hover:underline">
        {t("services.public.feed")}
      </a>
    </>
  );
}

function Line({ monitor }: { monitor: Schemas["PublicMonitor"] }) {
  const { t } = useTranslation();
  const { percent } = useFormats();
  const uptime = monitor.uptime.quarter ?? monitor.uptime.month;
  return (
    <li className="flex flex-col gap-3 p-4">
      <div className="flex items-center justify-between gap-4">
        <div className="min-w-0">
          <h3 className="truncate font-medium">{monitor.name}</h3>
          {uptime != null && <p className="text-sm text-soft">{t("services.upIn90", { share: percent(uptime) })}</p>}
        </div>
        <Badge tone={TONES[monitor.status]}>{t(`monitor.${monitor.status}`)}</Badge>
      </div>
      <Bars bars={dayBars(monitor.days)} barSeconds={DAY_SECONDS} name={monitor.name} />
    </li>
  );
}

function Maintenance({ page }: { page: PublicPage }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  return (
    <section aria-label={t("services.public.maintenance")}>
      <h2 className="mb-2 text-lg font-semibold">{t("services.public.maintenance")}</h2>
      <ul className="flex flex-col gap-3">
        {page.maintenance.map((each) => (
          <li key={each.id} className="rounded-xl border border-calm bg-raised p-4">
            <p className="font-medium">{each.title}</p>
            <p className="text-sm text-soft">{t("services.public.during", { from: moment(each.startsAt), to: moment(each.endsAt) })}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Incidents({ page }: { page: PublicPage }) {
  const { t } = useTranslation();
  const { moment, lasting, ago } = useFormats();
  return (
    <section aria-label={t("services.incidents")}>
      <h2 className="mb-2 text-lg font-semibold">{t("services.incidents")}</h2>
      {page.incidents.length === 0 && <Empty icon={ShieldCheck} title={t("services.noIncidents")} />}
      <ol className="flex flex-col gap-3">
        {page.incidents.map(({ id, monitorName, openedAt, closedAt, status, worst, turns }) => (
          <li key={id} className="flex flex-col gap-2 rounded-xl border border-line bg-raised p-4">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <h3 className="font-medium">
                {monitorName} · {t(`monitor.${worst}`)}
              </h3>
              <Badge tone={closedAt ? "good" : TONES[status]}>
                {closedAt ? t("services.over", { time: lasting((Date.parse(closedAt) - Date.parse(openedAt)) / 1000) }) : t("services.ongoing", { when: ago(openedAt) })}
              </Badge>
            </div>
            <ol className="flex flex-col gap-1 border-l-2 border-line pl-4 text-sm">
              {turns.map((turn) => (
                <li key={`${turn.at}${turn.status}`}>
                  <Badge tone={TONES[turn.status]}>{t(`monitor.${turn.status}`)}</Badge> <time dateTime={turn.at}>{moment(turn.at)}</time>
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ol>
    </section>
  );
}
