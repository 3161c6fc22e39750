import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { useTrouble } from "@/live/Live";
import { saidAlready } from "@/screens/admin/system/state/troubles";
import { Badge, type Tone } from "@/ui/Badge";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

type Finding = Schemas["InstallationFinding"];

const AGAIN_MS = 60_000;
const TONES: Record<Schemas["FindingSeverity"], Tone> = { critical: "bad", warning: "warn", notice: "soft" };

/** What the services find when they look closely, and what this page itself can tell. */
export function Findings() {
  const { t } = useTranslation();
  const { list } = useFormats();
  const trouble = useTrouble();
  const findings = api.useQuery("get", "/api/v1/admin/findings", {}, { refetchInterval: AGAIN_MS });
  const items = (findings.data?.items ?? []).filter(({ code }) => !saidAlready(code));
  const isUncertain = trouble === "stale";
  const places = (findings.data?.unknown ?? []).map((name) => (isPlace(name) ? t(`system.findings.place.${name}`) : name));
  return (
    <Panel title={t("system.findings.title")} hint={t("system.findings.hint")}>
      {findings.isError && <Failure error={findings.error} retry={() => void findings.refetch()} />}
      {findings.isPending && <Skeleton className="h-12" />}
      {findings.data && items.length === 0 && !isUncertain && <p className="text-soft">{t("system.findings.well")}</p>}
      <ul className="-my-3 divide-y divide-line">
        {isUncertain && <Line severity="warning" what={t("system.findings.live")} todo={t("system.findings.liveTodo")} />}
        {items.map((each) => (
          <Found key={`${each.code} ${each.about}`} finding={each} />
        ))}
      </ul>
      {places.length > 0 && <p className="text-sm text-soft">{t("system.findings.unknown", { names: list(places) })}</p>}
    </Panel>
  );
}

function Found({ finding: { code, severity, about, number: measured } }: { finding: Finding }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const values = { about, number: measured === null || measured === undefined ? "" : number(measured) };
  return <Line severity={severity} what={t(`system.findings.what.${code}`, values)} todo={t(`system.findings.todo.${code}`)} />;
}

function Line({ severity, what, todo }: { severity: Schemas["FindingSeverity"]; what: string; todo: string }) {
  const { t } = useTranslation();
  return (
    <li className="flex flex-col gap-1 py-3">
      <Badge tone={TONES[severity]}>{t(`system.findings.severity.${severity}`)}</Badge>
      <p className="font-medium break-words">{what}</p>
      <p className="text-sm break-words text-soft">{todo}</p>
    </li>
  );
}

const PLACES = ["queues", "breakers", "database", "certificate", "replicas", "disk"] as const;

function isPlace(name: string): name is (typeof PLACES)[number] {
  return (PLACES as readonly string[]).includes(name);
}
