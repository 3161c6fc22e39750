import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Bars } from "@/screens/admin/overview/Bars";
import { lastDays } from "@/screens/admin/overview/days";
import { Panel } from "@/ui/Panel";

const DAYS = 30;

/** How the portal is used. Each part says itself when it is old or cannot be had. */
export function Figures({ stats }: { stats: Schemas["AdminStats"] }) {
  const { t } = useTranslation();
  const { number, bytes, percent, lasting } = useFormats();
  const today = new Date().toISOString().slice(0, 10);
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Part title={t("admin.figures.people")} part={stats.users} also={stats.signIns}>
        {stats.users.data && stats.signIns.data && (
          <>
            <Facts
              facts={[
                [t("admin.figures.accounts"), number(stats.users.data.total)],
                [t("admin.figures.activeWeek"), number(stats.signIns.data.activeUsers.week)],
                [t("admin.figures.suspended"), number(stats.users.data.suspended)],
                [t("admin.figures.refused"), number(stats.signIns.data.perDay.reduce((sum, each) => sum + each.refused, 0))],
              ]}
            />
            <Bars
              label={t("admin.figures.activeByDay")}
              days={lastDays(stats.signIns.data.perDay.map((each) => ({ day: each.day, count: each.activeUsers })), DAYS, today)}
            />
          </>
        )}
      </Part>
      <Part title={t("admin.figures.requests")} part={stats.requests} also={stats.requestsByDay}>
        {stats.requests.data && (
          <Facts
            facts={[
              [t("admin.figures.total"), number(stats.requests.data.counts.total)],
              [t("status.processing"), number(stats.requests.data.counts.processing)],
              [t("status.available"), number(stats.requests.data.counts.available)],
              ...(stats.requests.data.timeToAvailable.medianSeconds == null
                ? []
                : [[t("admin.figures.median"), lasting(stats.requests.data.timeToAvailable.medianSeconds)] satisfies Fact]),
            ]}
          />
        )}
        {stats.requestsByDay.data && (
          <Bars
            label={t("admin.figures.requestsByDay")}
            days={lastDays(stats.requestsByDay.data.items.map((each) => ({ day: each.day, count: each.movie + each.tv })), DAYS, today)}
          />
        )}
      </Part>
      <Part title={t("admin.figures.mostWanted")} part={stats.requests}>
        {stats.requests.data && <Wanted of={stats.requests.data} />}
      </Part>
      <Part title={t("admin.figures.downloads")} part={stats.downloads} also={stats.disk}>
        {stats.downloads.data && (
          <Facts
            facts={[
              [t("admin.figures.videos"), number(stats.downloads.data.videos)],
              [t("admin.figures.size"), bytes(stats.downloads.data.bytes)],
              ...(stats.disk.data ? [[t("admin.figures.free"), bytes(stats.disk.data.free)] satisfies Fact] : []),
              ...(stats.downloads.data.successRate30d == null
                ? []
                : [[t("admin.figures.success"), percent(stats.downloads.data.successRate30d)] satisfies Fact]),
            ]}
          />
        )}
        {stats.downloads.data && stats.downloads.data.byPerson.length > 0 && (
          <ul className="divide-y divide-line">
            {stats.downloads.data.byPerson.slice(0, 5).map((each) => (
              <li key={each.userId} className="flex justify-between gap-3 py-2">
                <span className="min-w-0 truncate">{each.name}</span>
                <span className="text-soft tabular-nums">{bytes(each.bytes)}</span>
              </li>
            ))}
          </ul>
        )}
      </Part>
    </div>
  );
}

interface Told {
  state: Schemas["PartState"];
  asOf: string | null;
}

function Part({ title, part, also, children }: { title: string; part: Told; also?: Told; children: ReactNode }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const parts = also ? [part, also] : [part];
  const stale = parts.find((each) => each.state === "stale" && each.asOf);
  return (
    <Panel title={title} {...(stale?.asOf ? { hint: t("asOf", { when: ago(stale.asOf) }) } : {})}>
      {children}
      {parts.some((each) => each.state === "unavailable") && <p className="text-soft">{t("unavailable")}</p>}
    </Panel>
  );
}

export type Fact = [label: string, value: string];

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(7.5rem,1fr))] gap-4">
      {facts.map(([label, value]) => (
        <div key={label} className="flex min-w-0 flex-col-reverse justify-end">
          <dt className="text-sm text-soft">{label}</dt>
          <dd className="text-xl font-semibold tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Wanted({ of: { mostRequested, people } }: { of: Schemas["RequestStatistics"] }) {
  const { t } = useTranslation();
  if (mostRequested.length === 0) return <p className="text-soft">{t("admin.figures.noRequests")}</p>;
  return (
    <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2 xl:grid-cols-1 2xl:grid-cols-2">
      <ul className="min-w-0 divide-y divide-line">
        {mostRequested.slice(0, 6).map((each) => (
          <li key={`${each.mediaType}${each.tmdbId}`} className="flex min-h-11 items-center justify-between gap-3">
            <Link
              to="/title/$type/$tmdbId"
              params={{ type: each.mediaType, tmdbId: String(each.tmdbId) }}
              preload="intent"
              className="min-w-0 truncate underline-offset-2 hover:underline"
            >
              {each.title} {each.year && <span className="text-soft">({each.year})</span>}
            </Link>
            <span className="text-soft tabular-nums">{each.requests}</span>
          </li>
        ))}
      </ul>
      {people && (
        <ul className="min-w-0 divide-y divide-line">
          {people.slice(0, 6).map((each) => (
            <li key={each.user.id} className="flex min-h-11 items-center justify-between gap-3">
              <Link
                to="/admin/people/$id"
                params={{ id: each.user.id }}
                preload="intent"
                className="min-w-0 truncate underline-offset-2 hover:underline"
              >
                {each.user.name}
              </Link>
              <span className="text-sm text-soft">{t("admin.figures.asked", { count: each.total, waiting: each.waiting })}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
