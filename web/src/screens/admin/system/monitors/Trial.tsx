import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import type { MonitorDraft } from "@/screens/admin/system/monitors/draft";
import { specOf, type Kind } from "@/screens/admin/system/monitors/spec";
import { MONITOR_TONES } from "@/screens/admin/system/tones";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";

const LONGEST_SECONDS = 15;
const WELL = ["up", "degraded"];

/** One look at what is described so far, before anything is saved. */
export function Trial({ draft, kind, id }: { draft: MonitorDraft; kind: Kind; id: string | undefined }) {
  const { t } = useTranslation();
  const { milliseconds } = useFormats();
  const trying = useMutation({
    mutationFn: async () => {
      const timeoutSeconds = Math.min(LONGEST_SECONDS, Math.max(1, Number(draft.timeoutSeconds) || LONGEST_SECONDS));
      const body = { spec: specOf(kind, draft.spec), timeoutSeconds, id: id ?? null };
      return (await http.POST("/api/v1/admin/monitors/test", { body })).data!;
    },
  });
  const report = trying.data;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button busy={trying.isPending} onClick={(event) => event.currentTarget.form?.reportValidity() && trying.mutate()}>
          {t("system.monitor.test")}
        </Button>
        <p className="text-sm text-soft">{t("system.monitor.testHint")}</p>
      </div>
      <div role="status">
        {trying.isPending && <p className="text-soft">{t("system.monitor.testWhile")}</p>}
        {report && !trying.isPending && (
          <div className="rounded-lg border border-line bg-ground p-3">
            <p className="flex flex-wrap items-center gap-x-3">
              <span className="font-medium">{WELL.includes(report.status) ? t("system.monitor.testWell") : t("system.monitor.testBad")}</span>
              <Badge tone={MONITOR_TONES[report.status]}>{t(`monitor.${report.status}`)}</Badge>
              {report.latencyMs != null && <span className="text-sm text-soft">{milliseconds(report.latencyMs)}</span>}
            </p>
            {report.message && <p className="mt-1 text-sm text-soft">{report.message}</p>}
          </div>
        )}
      </div>
      {trying.isError && <Failure error={trying.error} />}
    </div>
  );
}
