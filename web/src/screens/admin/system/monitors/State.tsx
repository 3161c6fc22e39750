import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { MONITOR_TONES } from "@/screens/admin/system/tones";
import { Badge } from "@/ui/Badge";

/** How a monitor is now, and since when where that is of interest. */
export function State({ monitor: { paused, enabled, standing } }: { monitor: Schemas["Monitor"] }) {
  const { t } = useTranslation();
  const { ago, moment } = useFormats();
  if (!enabled) return <Badge>{t("system.monitor.gone")}</Badge>;
  if (paused) return <Badge>{t("system.monitor.paused")}</Badge>;
  const { status, since, maintenanceUntil } = standing;
  return (
    <Badge tone={MONITOR_TONES[status]} className="flex-wrap justify-end">
      {t(`monitor.${status}`)}
      {since && status !== "up" && status !== "maintenance" && <span className="font-normal">{ago(since)}</span>}
      {maintenanceUntil && <span className="font-normal">{t("system.monitor.until", { when: moment(maintenanceUntil) })}</span>}
    </Badge>
  );
}
