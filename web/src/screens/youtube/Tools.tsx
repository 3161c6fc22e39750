import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { useFormats } from "@/i18n/formats";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/youtube/tools";
const AGAIN_MS = 3_000;
const PROGRAM = "yt-dlp";

/** The programs that download: which versions, how old, and whether something is missing. */
export function Tools() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const { moment } = useFormats();
  const goesOn = (report: Schemas["ToolsReport"] | undefined) => report?.lastUpdate?.state === "waiting" || report?.lastUpdate?.state === "running";
  const tools = api.useQuery("get", PATH, {}, { refetchInterval: ({ state }) => (goesOn(state.data) ? AGAIN_MS : false) });
  const updating = api.useMutation("post", "/api/v1/youtube/tools/update", {
    onSuccess: async () => {
      tell({ title: t("youtube.updating") });
      await outdated(PATH);
    },
  });
  if (tools.isError && !tools.data) return <Failure error={tools.error} retry={() => void tools.refetch()} />;
  const known = tools.data;
  const last = known?.lastUpdate;
  return (
    <Panel title={t("youtube.tools")} hint={t("youtube.toolsHint")}>
      {!known && <Skeleton className="h-40" />}
      {known && (
        <ul className="flex flex-col gap-3">
          <li className="flex flex-wrap items-center justify-between gap-2">
            <span>
              <span className="font-medium">{PROGRAM}</span> <span className="text-soft">{known.ytDlp.version}</span>
              <span className="block text-sm text-soft">{t("youtube.old", { count: known.ytDlp.ageDays })}</span>
            </span>
            <Badge tone={known.ytDlp.outdated ? "warn" : "good"}>{t(known.ytDlp.outdated ? "youtube.program.outdated" : "youtube.program.present")}</Badge>
          </li>
          {(["runtime", "ffmpeg", "ffprobe"] as const).map((name) => (
            <Program key={name} name={name === "runtime" ? t("youtube.runtime") : name} report={known[name]} />
          ))}
        </ul>
      )}
      <div role="status" className="text-sm text-soft empty:hidden">
        {last && t(`youtube.update.${last.state}`, { version: last.version ?? "", when: moment(last.at) })}
        {last?.message && <p>{last.message}</p>}
      </div>
      {updating.isError && <Failure error={updating.error} />}
      <Button className="self-start" busy={updating.isPending || goesOn(known)} onClick={() => updating.mutate({ body: {} })}>
        {t("youtube.updateNow")}
      </Button>
    </Panel>
  );
}

function Program({ name, report }: { name: string; report: Schemas["ProgramReport"] }) {
  const { t } = useTranslation();
  return (
    <li className="flex flex-wrap items-center justify-between gap-2">
      <span>
        <span className="font-medium">{name}</span> <span className="text-soft">{report.version}</span>
        {report.advice && <span className="block text-sm text-soft">{report.advice}</span>}
      </span>
      <Badge tone={report.state === "present" ? "good" : report.state === "outdated" ? "warn" : "bad"}>{t(`youtube.program.${report.state}`)}</Badge>
    </li>
  );
}
