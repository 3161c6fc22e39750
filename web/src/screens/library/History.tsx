import { Link } from "@tanstack/react-router";
import { History as Clock } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { isAdmin, useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { Columns } from "@/ui/Columns";
import { Choices } from "@/ui/Choices";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { plexPicture } from "@/ui/plexPicture";
import { Poster } from "@/ui/Poster";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";

const HISTORY = "/api/v1/plex/history";
const DAYS = ["7", "30", "90", "365"] as const;

export function History() {
  const { t } = useTranslation();
  const admin = isAdmin(useMe());
  const [whose, setWhose] = useState<"mine" | "everybody">("mine");
  const [days, setDays] = useState<(typeof DAYS)[number]>("30");
  const mine = whose === "mine";
  const stats = api.useQuery("get", "/api/v1/plex/stats", { params: { query: { mine, days: Number(days), limit: 10 } } });
  return (
    <Page
      title={t("history.title")}
      actions={
        <>
          {admin && (
            <Choices
              label={t("history.whose")}
              value={whose}
              choose={setWhose}
              options={[
                { value: "mine", label: t("history.mine") },
                { value: "everybody", label: t("history.everybody") },
              ]}
            />
          )}
          <Select
            label={t("history.days")}
            quiet
            value={days}
            choose={setDays}
            options={DAYS.map((value) => ({ value, label: value === "365" ? t("history.lastYear") : t("history.lastDays", { count: Number(value) }) }))}
          />
        </>
      }
    >
      {stats.isError && <Failure error={stats.error} retry={() => void stats.refetch()} />}
      {stats.isPending && <Skeleton className="h-64" />}
      {stats.data?.mode === "off" ? (
        <Empty icon={Clock} title={t("history.off")}>
          {t("history.offWhy")}
        </Empty>
      ) : stats.data && stats.data.total.plays === 0 ? (
        <Empty icon={Clock} title={t("history.none")}>
          {t("history.noneWhy")}
        </Empty>
      ) : (
        stats.data && <Figures stats={stats.data} all={!mine} />
      )}
      {stats.data?.mode !== "off" && <Plays mine={mine} />}
    </Page>
  );
}

function Figures({ stats, all }: { stats: Schemas["PlayStats"]; all: boolean }) {
  const { t } = useTranslation();
  const { lasting, number, date } = useFormats();
  const hour = (of: number) => `${String(of).padStart(2, "0")}:00`;
  return (
    <>
      <p className="text-lg">
        <span className="text-soft">{t("history.total")}: </span>
        <strong className="font-semibold">{lasting(stats.total.seconds)}</strong>
        <span className="text-soft"> · {t("history.plays", { count: stats.total.plays, number: number(stats.total.plays) })}</span>
      </p>
      <div className="grid gap-6 lg:grid-cols-2">
        <Panel title={t("history.perDay")}>
          <Columns
            columns={stats.perDay.map((each) => ({ key: each.day, value: each.seconds, says: t("history.dayLine", { day: date(each.day), time: lasting(each.seconds) }) }))}
            ends={[date(stats.perDay[0]?.day ?? ""), date(stats.perDay.at(-1)?.day ?? "")]}
            label={t("history.perDay")}
          />
        </Panel>
        <Panel title={t("history.perHour")}>
          <Columns
            columns={stats.perHour.map((each) => ({ key: String(each.hour), value: each.seconds, says: t("history.hourLine", { hour: hour(each.hour), time: lasting(each.seconds) }) }))}
            ends={[hour(0), hour(23)]}
            label={t("history.perHour")}
          />
        </Panel>
      </div>
      <Most name={t("history.movies")} titles={stats.movies} />
      <Most name={t("history.shows")} titles={stats.shows} />
      <Most name={t("history.artists")} titles={stats.artists} />
      {all && stats.viewers.length > 0 && (
        <Panel title={t("history.viewers")}>
          <ol className="flex flex-col gap-2">
            {stats.viewers.map((each) => (
              <li key={each.viewer.accountId} className="flex justify-between gap-4">
                <span className="truncate">{each.viewer.name}</span>
                <span className="whitespace-nowrap text-soft">{lasting(each.seconds)}</span>
              </li>
            ))}
          </ol>
        </Panel>
      )}
    </>
  );
}

function Most({ name, titles }: { name: string; titles: Schemas["TitleFigures"][] }) {
  const { t } = useTranslation();
  const { lasting, number } = useFormats();
  if (titles.length === 0) return null;
  return (
    <section aria-label={name}>
      <h2 className="mb-3 text-xl font-semibold">{name}</h2>
      <ol className="-mx-4 flex snap-x gap-4 overflow-x-auto px-4 pb-2">
        {titles.map((each) => (
          <li key={each.ratingKey ?? each.title} className="w-32 shrink-0 snap-start sm:w-40">
            <ToItem ratingKey={each.ratingKey}>
              <Poster src={plexPicture(each.image, 160)} title={each.title} />
              <p className="mt-1 truncate font-medium">{each.title}</p>
            </ToItem>
            <p className="text-sm text-soft">{t("history.plays", { count: each.plays, number: number(each.plays) })}</p>
            <p className="text-sm text-soft">{lasting(each.seconds)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function ToItem({ ratingKey, children }: { ratingKey: string | null; children: ReactNode }) {
  if (!ratingKey) return <>{children}</>;
  return (
    <Link to="/item/$ratingKey" params={{ ratingKey }} preload="intent" className="block rounded-lg">
      {children}
    </Link>
  );
}

function Plays({ mine }: { mine: boolean }) {
  const { t } = useTranslation();
  const pages = usePages<Schemas["Play"]>(
    ["get", HISTORY, { mine }],
    async (cursor, signal) => (await http.GET(HISTORY, { params: { query: { mine, limit: 40, cursor } }, signal })).data!,
  );
  if (pages.isError && !pages.data) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.data && pages.items.length === 0) return null;
  return (
    <section aria-label={t("history.list")}>
      <h2 className="mb-3 text-xl font-semibold">{t("history.list")}</h2>
      {pages.isPending && <Skeleton className="h-40" />}
      <ol className="divide-y divide-line">
        {pages.items.map((each) => (
          <One key={each.id} play={each} named={!mine} />
        ))}
      </ol>
      <More pages={pages} />
    </section>
  );
}

function One({ play, named }: { play: Schemas["Play"]; named: boolean }) {
  const { t } = useTranslation();
  const { moment, lasting, percent } = useFormats();
  const { item } = play;
  const facts = [
    named && play.viewer.name,
    moment(play.startedAt),
    lasting(play.playedSeconds),
    play.watchedPercent != null && t("history.percent", { percent: percent(play.watchedPercent / 100) }),
    play.stream.player && t("history.on", { player: play.stream.player }),
  ];
  return (
    <li className="py-3">
      <ToItem ratingKey={item.ratingKey}>
        <span className="flex items-center gap-3">
          <Poster src={plexPicture(item.image, 60)} title="" className="w-10 shrink-0" />
          <span className="min-w-0">
            <span className="block truncate font-medium">{[item.topTitle, item.title].filter((each, place, all) => each && all.indexOf(each) === place).join(" · ")}</span>
            <span className="block text-sm text-soft">{facts.filter(Boolean).join(" · ")}</span>
          </span>
        </span>
      </ToItem>
    </li>
  );
}
