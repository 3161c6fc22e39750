import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Findings } from "@/screens/admin/imports/Findings";
import { ImportedPeople } from "@/screens/admin/imports/ImportedPeople";
import { useChange } from "@/screens/admin/useChange";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/media/import";
const SECONDS_2 = 2_000;
type Run = Schemas["ImportRun"];

/** People and requests of Overseerr: looked at first, then taken over. */
export function Import() {
  const { t } = useTranslation();
  const last = api.useQuery("get", PATH, {}, { refetchInterval: ({ state: { data } }) => (isRunning(data?.dryRun) || isRunning(data?.real) ? SECONDS_2 : false) });
  const trying = useChange(() => http.POST(PATH, { body: { dryRun: true } }), [PATH]);
  const running = isRunning(last.data?.dryRun) || isRunning(last.data?.real);
  const run = newest(last.data);
  return (
    <Page title={t("admin.places.import")} narrow>
      <Panel title={t("imports.how")} hint={t("imports.hint")}>
        <div className="flex flex-wrap gap-3">
          <Button look={last.data?.dryRun ? "plain" : "main"} busy={trying.isPending} disabled={running} onClick={() => trying.mutate()}>
            {t("imports.try")}
          </Button>
          <Confirm
            title={t("imports.applyTitle")}
            act={t("imports.apply")}
            trigger={
              <Button look={last.data?.dryRun?.state === "done" ? "main" : "plain"} disabled={running || last.data?.dryRun?.state !== "done"}>
                {t("imports.apply")}
              </Button>
            }
            onConfirm={async () => {
              await http.POST(PATH, { body: { dryRun: false } });
              await last.refetch();
            }}
          >
            {t("imports.applyLost")}
          </Confirm>
        </div>
        {last.data?.dryRun?.state !== "done" && <p className="text-sm text-soft">{t("imports.first")}</p>}
      </Panel>
      {last.isError && <Failure error={last.error} retry={() => void last.refetch()} />}
      {last.isPending && <Skeleton className="h-48 rounded-xl" />}
      {run && <RunPanel run={run} />}
      {run && run.state === "done" && <Findings id={run.id} />}
      <ImportedPeople />
    </Page>
  );
}

function isRunning(run: Run | null | undefined): boolean {
  return run?.state === "running";
}

function newest(last: Schemas["LastImports"] | undefined): Run | null {
  const runs = [last?.dryRun, last?.real].filter((each) => each != null);
  return runs.sort((one, other) => other.startedAt.localeCompare(one.startedAt))[0] ?? null;
}

function RunPanel({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { moment, number } = useFormats();
  return (
    <Panel
      title={t(run.dryRun ? "imports.dryRun" : "imports.real")}
      hint={moment(run.startedAt)}
      actions={<Badge tone={run.state === "failed" ? "bad" : run.state === "running" ? "calm" : "good"}>{t(`imports.state.${run.state}`)}</Badge>}
    >
      <div aria-live="polite" className="flex flex-col gap-3">
        {run.state === "running" && (
          <>
            <p>{t(`imports.step.${run.step}`, { number: number(run.read) })}</p>
            {run.total !== null && run.total > 0 && (
              <progress
                aria-label={t("imports.progress")}
                max={run.total}
                value={run.step === "judging" ? run.judged : run.read}
                className="h-2 w-full accent-accent"
              />
            )}
          </>
        )}
        {run.problem && <p className="text-bad">{run.problem}</p>}
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Counts title={t("imports.people")} counts={run.counts.people} />
        <Counts title={t("imports.requests")} counts={run.counts.requests} />
      </div>
      {run.unreadable > 0 && <p className="text-sm text-warn">{t("imports.unreadable", { count: run.unreadable })}</p>}
      {run.unknownValues.map((each) => (
        <p key={each.value} className="text-sm text-warn">
          {t("imports.unknown", { value: each.value, count: each.requests })}
        </p>
      ))}
    </Panel>
  );
}

function Counts({ title, counts }: { title: string; counts: Record<string, number> }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return (
    <div>
      <h3 className="font-medium">{title}</h3>
      {told.length === 0 && <p className="text-soft">{t("imports.nothing")}</p>}
      <ul>
        {told.map(([outcome, count]) => (
          <li key={outcome} className="flex justify-between gap-3 text-soft">
            <span>{t(`imports.outcome.${outcome as Schemas["MediaOutcome"]}`)}</span>
            <span className="tabular-nums">{number(count)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
