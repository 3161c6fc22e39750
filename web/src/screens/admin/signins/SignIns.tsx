import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Bars } from "@/screens/admin/overview/Bars";
import { Facts } from "@/screens/admin/overview/Figures";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";

const PERIODS = ["7", "30", "90", "180"] as const;

export function SignIns() {
  const { t } = useTranslation();
  const { number } = useFormats();
  const [days, setDays] = useState<(typeof PERIODS)[number]>("30");
  const figures = api.useQuery("get", "/api/v1/admin/sign-ins", { params: { query: { days: Number(days) } } });
  const known = figures.data;
  return (
    <Page
      title={t("admin.places.signIns")}
      actions={
        <Select
          label={t("signIns.range")}
          quiet
          value={days}
          choose={setDays}
          options={PERIODS.map((value) => ({ value, label: t("signIns.days", { count: Number(value) }) }))}
        />
      }
    >
      <p className="-mt-4 text-soft">{t("signIns.hint", { count: Number(days) })}</p>
      {figures.isError && <Failure error={figures.error} retry={() => void figures.refetch()} />}
      {figures.isPending && <Skeleton className="h-96 rounded-xl" />}
      {known && (
        <>
          <Facts
            facts={[
              [t("signIns.activeDay"), number(known.activeUsers.day)],
              [t("signIns.activeWeek"), number(known.activeUsers.week)],
              [t("signIns.activeMonth"), number(known.activeUsers.month)],
              [t("signIns.sessions"), number(known.sessionsLive)],
            ]}
          />
          <div className="grid gap-4 xl:grid-cols-2">
            <Panel title={t("signIns.byDay")}>
              <Bars label={t("signIns.byDay")} days={known.perDay.map((each) => ({ day: each.day, count: each.signedIn }))} />
            </Panel>
            <Panel title={t("signIns.refusedByDay")}>
              <Bars label={t("signIns.refusedByDay")} days={known.perDay.map((each) => ({ day: each.day, count: each.refused }))} />
            </Panel>
            <Panel title={t("signIns.methods")}>
              <Counts counts={known.methods} words="people.way" none={t("signIns.noMethods")} />
            </Panel>
            <Panel title={t("signIns.failures")}>
              <Counts counts={known.failures} words="signIns.reason" none={t("signIns.noFailures")} />
            </Panel>
            <LockedOut locked={known.lockedOut} />
          </div>
        </>
      )}
    </Page>
  );
}

function Counts({ counts, words, none }: { counts: Record<string, number>; words: "people.way" | "signIns.reason"; none: string }) {
  const { t, i18n } = useTranslation();
  const { number } = useFormats();
  const sorted = Object.entries(counts).sort(([, one], [, other]) => other - one);
  if (sorted.length === 0) return <p className="text-soft">{none}</p>;
  return (
    <ul className="divide-y divide-line">
      {sorted.map(([name, count]) => (
        <li key={name} className="flex min-h-10 items-center justify-between gap-3">
          <span>{i18n.exists(`${words}.${name}`) ? t(`${words}.${name}` as "people.way.plex") : name.replaceAll("_", " ")}</span>
          <span className="tabular-nums">{number(count)}</span>
        </li>
      ))}
    </ul>
  );
}

function LockedOut({ locked }: { locked: Schemas["LockedOut"] | null }) {
  const { t } = useTranslation();
  const told = locked && [
    ...(locked.accounts ? [t("signIns.accounts", { count: locked.accounts })] : []),
    ...(locked.networks ? [t("signIns.networks", { count: locked.networks })] : []),
    ...(locked.others ? [t("signIns.others", { count: locked.others })] : []),
  ];
  return (
    <Panel title={t("signIns.lockedOut")} hint={t("signIns.lockedHint")}>
      <p>{told === null ? t("signIns.lockedUnknown") : told.join(", ") || t("signIns.nobodyLocked")}</p>
    </Panel>
  );
}
