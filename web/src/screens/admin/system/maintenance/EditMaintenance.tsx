import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { MaintenanceForm } from "@/screens/admin/system/maintenance/MaintenanceForm";
import { maintenanceChanged } from "@/screens/admin/system/maintenance/Maintenances";
import { newPlan, planOf } from "@/screens/admin/system/maintenance/plan";
import { useGroups, useMonitors } from "@/screens/admin/system/monitors/useMonitors";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/admin/monitors/maintenance";
const route = getRouteApi("/in/admin/maintenance/$id");

export function NewMaintenance() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const navigate = useNavigate();
  const listed = useMonitors();
  const groups = useGroups();
  const [begin] = useState(() => newPlan(new Date(), Intl.DateTimeFormat().resolvedOptions().timeZone));
  const failed = [listed, groups].find((each) => each.isError && !each.data);
  const save = async (body: Schemas["MaintenanceBody"]) => {
    await http.POST(PATH, { body });
    tell({ title: t("system.maintenance.planned", { title: body.title }) });
    void maintenanceChanged();
    await navigate({ to: "/admin/maintenance" });
  };
  return (
    <Page title={t("system.maintenance.new")} narrow>
      {failed && <Failure error={failed.error} retry={() => void failed.refetch()} />}
      {!failed && !(listed.data && groups.data) && <Skeleton className="h-96" />}
      {listed.data && groups.data && (
        <MaintenanceForm begin={begin} monitors={listed.monitors} groups={groups.data.items} save={save} act={t("system.maintenance.plan")} />
      )}
    </Page>
  );
}

export function EditMaintenance() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const [round, setRound] = useState(0);
  const one = api.useQuery("get", `${PATH}/{id}`, { params: { path: { id } } }, { staleTime: 0 });
  const listed = useMonitors();
  const groups = useGroups();
  const failed = [one, listed, groups].find((each) => each.isError && !each.data);
  return (
    <Page title={one.data?.title ?? t("system.maintenance.title")} narrow>
      {failed && <Failure error={failed.error} retry={() => void failed.refetch()} />}
      {!failed && !(one.data && listed.data && groups.data) && <Skeleton className="h-96" />}
      {one.data && listed.data && groups.data && (
        <Editing
          key={round}
          current={one.data}
          monitors={listed.monitors}
          groups={groups.data.items}
          anew={() => void one.refetch().then(() => setRound((now) => now + 1))}
        />
      )}
    </Page>
  );
}

interface EditingProps {
  current: Schemas["Maintenance"];
  monitors: readonly Schemas["Monitor"][];
  groups: readonly Schemas["MonitorGroup"][];
  anew: () => void;
}

function Editing({ current, monitors, groups, anew }: EditingProps) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const navigate = useNavigate();
  // What somebody types is not taken away by what others do meanwhile: saving says it.
  const [{ id, version, ...known }] = useState(current);
  const save = async (body: Schemas["MaintenanceBody"]) => {
    await http.PUT(`${PATH}/{id}`, { params: { path: { id } }, body: { ...body, version } });
    tell({ title: t("system.act.saved") });
    void maintenanceChanged();
    await navigate({ to: "/admin/maintenance" });
  };
  return <MaintenanceForm begin={planOf(known)} monitors={monitors} groups={groups} save={save} act={t("system.act.save")} loadAnew={anew} />;
}
