import { Archive } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { OneBackup } from "@/screens/admin/system/backups/OneBackup";
import { HowToRestore, WhereAndWhen } from "@/screens/admin/system/backups/Place";
import { newestOf, standingOf } from "@/screens/admin/system/backups/standing";
import { Verdict } from "@/screens/admin/system/Verdict";
import { useChange } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/backups";
const AGAIN_MS = 60_000;
const UNDER_WAY_MS = 1_500;
const START = "docker compose --profile backup up -d";

export function Backups() {
  const { t } = useTranslation();
  const backups = api.useQuery("get", PATH, {}, { refetchInterval: ({ state }) => (state.data?.underWay ? UNDER_WAY_MS : AGAIN_MS) });
  return (
    <Page title={t("backups.title")}>
      <p className="-mt-4 max-w-prose text-soft">{t("backups.hint")}</p>
      {backups.isError && <Failure error={backups.error} retry={() => void backups.refetch()} />}
      {backups.isPending && Array.from({ length: 3 }, (_, place) => <Skeleton key={place} className="h-28" />)}
      {backups.data && (backups.data.place ? <Kept backups={backups.data} place={backups.data.place} now={backups.dataUpdatedAt} /> : <NotKept />)}
    </Page>
  );
}

function Kept({ backups, place, now }: { backups: Schemas["Backups"]; place: Schemas["BackupPlace"]; now: number }) {
  const { t } = useTranslation();
  return (
    <>
      <Told backups={backups} now={now} />
      {backups.underWay && <UnderWay step={backups.underWay} />}
      {backups.items.length === 0 && place.reachable ? (
        <Empty icon={Archive} title={t("backups.none")}>
          {place.schedule.nextAt && t("backups.noneHint")}
        </Empty>
      ) : (
        <Panel title={t("backups.list")}>
          <ul className="-my-3 divide-y divide-line">
            {backups.items.map((each) => (
              <OneBackup key={each.name} backup={each} />
            ))}
          </ul>
        </Panel>
      )}
      <WhereAndWhen place={place} />
      <HowToRestore backup={newestOf(backups.items)} folder={place.folder} />
    </>
  );
}

/** Is there one that helps, and is another one coming? */
function Told({ backups, now }: { backups: Schemas["Backups"]; now: number }) {
  const { t } = useTranslation();
  const { ago, moment } = useFormats();
  const making = useChange(() => http.POST(PATH), [PATH], () => ({ title: t("backups.begun") }));
  const standing = standingOf(backups, now);
  const newest = newestOf(backups.items);
  const nextAt = backups.place?.schedule.nextAt;
  const failure = backups.lastFailure;
  const isBusy = backups.underWay !== null;
  return (
    <Verdict
      well={standing === "fresh" && !failure}
      action={
        <Button look="main" busy={making.isPending || isBusy} onClick={() => making.mutate()}>
          {t("backups.make")}
        </Button>
      }
    >
      {standing === "away" && <p className="font-medium break-words">{t("backups.away", { folder: backups.place?.folder })}</p>}
      {standing === "never" && <p className="font-medium">{t("backups.never")}</p>}
      {newest && standing === "fresh" && <p className="font-medium">{t("backups.fresh", { time: ago(newest.takenAt) })}</p>}
      {newest && standing === "old" && <p className="font-medium">{t("backups.old", { time: ago(newest.takenAt) })}</p>}
      <p className="text-soft">{nextAt ? t("backups.nextAt", { time: moment(nextAt) }) : t("backups.noneByItself")}</p>
      {failure && (
        <div className="mt-2">
          <p>{t("backups.failed", { time: ago(failure.at) })}</p>
          <p className="text-sm break-words whitespace-pre-line text-soft">{failure.text}</p>
        </div>
      )}
    </Verdict>
  );
}

function UnderWay({ step: { step, done, total, startedAt } }: { step: Schemas["BackupUnderWay"] }) {
  const { t } = useTranslation();
  const { ago, number } = useFormats();
  const words = t(`backups.running.${step}`, { done: number(done + 1), total: number(total) });
  return (
    <Panel title={t("backups.running.title")} hint={t("backups.running.since", { time: ago(startedAt) })}>
      <progress aria-label={t("backups.running.title")} max={Math.max(1, total)} value={step === "preparing" ? undefined : done} className="h-2 w-full accent-accent" />
      <p role="status" className="text-sm text-soft">
        {words}
      </p>
    </Panel>
  );
}

function NotKept() {
  const { t } = useTranslation();
  return (
    <>
      <Empty icon={Archive} title={t("backups.notKept")}>
        {t("backups.notKeptHint")}
      </Empty>
      <Copyable label={t("backups.restoreRun")} text={START} />
    </>
  );
}
