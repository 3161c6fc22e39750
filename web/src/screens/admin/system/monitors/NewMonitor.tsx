import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { bodyOf, newMonitor, type MonitorDraft } from "@/screens/admin/system/monitors/draft";
import { MonitorForm } from "@/screens/admin/system/monitors/MonitorForm";
import { PushAddress } from "@/screens/admin/system/monitors/PushAddress";
import { monitorsChanged, useGroups, useMonitors } from "@/screens/admin/system/monitors/useMonitors";
import { Check } from "@/ui/Check";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

export function NewMonitor() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const navigate = useNavigate();
  const listed = useMonitors();
  const groups = useGroups();
  const [paused, setPaused] = useState(false);
  const [made, setMade] = useState<Schemas["MonitorMade"] | null>(null);
  const leave = () => void navigate({ to: "/admin/monitors" });
  const save = async (draft: MonitorDraft) => {
    const { spec, ...decided } = bodyOf(draft);
    const { data } = await http.POST("/api/v1/admin/monitors", { body: { ...decided, spec: spec!, paused } });
    void monitorsChanged();
    tell({ title: t("system.monitor.created", { name: data!.monitor.name }) });
    if (!data!.pushPath) return leave();
    setMade(data!);
    window.scrollTo(0, 0);
  };
  if (made?.pushPath)
    return (
      <Page title={made.monitor.name} narrow>
        <PushAddress path={made.pushPath} done={leave} />
      </Page>
    );
  const failed = [listed, groups].find((each) => each.isError && !each.data);
  return (
    <Page title={t("system.monitor.newTitle")} narrow>
      {failed && <Failure error={failed.error} retry={() => void failed.refetch()} />}
      {!failed && !(listed.data && groups.data) && <Skeleton className="h-96" />}
      {listed.data && groups.data && (
        <MonitorForm
          begin={newMonitor("http")}
          others={listed.monitors}
          groups={groups.data.items}
          save={save}
          act={t("system.monitor.create")}
        >
          <Check checked={paused} onChange={(event) => setPaused(event.target.checked)}>
            {t("system.monitor.beginPaused")}
          </Check>
        </MonitorForm>
      )}
    </Page>
  );
}
