import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { monitorsChanged } from "@/screens/admin/system/monitors/useMonitors";
import { useTellFailure } from "@/screens/admin/system/useTellFailure";
import { useToasts } from "@/ui/Toasts";

type Monitor = Schemas["Monitor"];
type Bulk = Schemas["HealthBulkBody"];

/** What can be done with monitors at a press; what has been done is told, and can be undone where that goes. */
export function useDoing() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const { milliseconds } = useFormats();
  const tellFailure = useTellFailure();

  const pause = async (monitor: Monitor, paused: boolean) => {
    const params = { path: { id: monitor.id } };
    await (paused ? http.POST("/api/v1/admin/monitors/{id}/pause", { params }) : http.POST("/api/v1/admin/monitors/{id}/resume", { params }));
    await monitorsChanged();
  };
  const bulk = async (body: Bulk) => {
    const { data } = await http.POST("/api/v1/admin/monitors/bulk", { body });
    await monitorsChanged();
    return data!.changed;
  };
  return {
    pause: (monitor: Monitor, paused: boolean) =>
      pause(monitor, paused).then(
        () =>
          tell({
            title: t(paused ? "system.monitor.didPause" : "system.monitor.didResume", { name: monitor.name }),
            undo: () => void pause(monitor, !paused).catch(tellFailure),
          }),
        tellFailure,
      ),
    check: (monitor: Monitor) =>
      http.POST("/api/v1/admin/monitors/{id}/check", { params: { path: { id: monitor.id } } }).then(({ data }) => {
        const { status, latencyMs, message } = data!;
        const state = [t(`monitor.${status}`), latencyMs != null && milliseconds(latencyMs)].filter(Boolean).join(", ");
        tell({ title: t("system.monitor.checked", { name: monitor.name, state }), ...(message && { body: message }) });
        void monitorsChanged();
      }, tellFailure),
    /** `undo` is what puts them back as they were, where that is one thing for all. */
    many: (body: Bulk, undo?: readonly Bulk[]) =>
      bulk(body).then(
        (changed) =>
          tell({
            title: t("system.monitor.didMany", { count: changed }),
            ...(undo && { undo: () => void Promise.all(undo.map(bulk)).catch(tellFailure) }),
          }),
        tellFailure,
      ),
  };
}
