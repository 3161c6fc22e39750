import { CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";

export type Report = Schemas["TrialReport"];

/** What has come of trying it, in words. */
export function Tried({ report, kept }: { report: Report | undefined; kept?: boolean | undefined }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const works = report?.outcome === "ok" || report?.outcome === "warning";
  const Icon = report?.outcome === "ok" ? CircleCheck : TriangleAlert;
  const colour = report?.outcome === "ok" ? "text-good" : report?.outcome === "warning" ? "text-warn" : "text-bad";
  return (
    <div role="status">
      {report && (
        <div className="flex gap-3 rounded-lg border border-line p-3">
          <Icon aria-hidden className={`mt-0.5 size-5 shrink-0 ${colour}`} />
          <div className="min-w-0">
            <p className={`font-medium ${colour}`}>
              {t(`setup.tried.${report.outcome}`)}
              {works && typeof report.latencyMs === "number" && <span className="font-normal text-soft"> · {number(Math.round(report.latencyMs))} ms</span>}
            </p>
            {report.message && <p className="text-sm break-words">{report.message}</p>}
            {kept && <p className="text-sm text-soft">{t("setup.kept")}</p>}
          </div>
        </div>
      )}
    </div>
  );
}
