import { Link } from "@tanstack/react-router";
import { EllipsisVertical, Plus, Wrench } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, queries, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { monitorsChanged } from "@/screens/admin/system/monitors/useMonitors";
import { Badge, type Tone } from "@/ui/Badge";
import { Button, buttonLook } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Menu, MenuItem } from "@/ui/Menu";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

type Maintenance = Schemas["Maintenance"];

const PATH = "/api/v1/admin/monitors/maintenance";
const TONES: Record<Schemas["MaintenanceState"], Tone> = { active: "calm", scheduled: "good", ended: "soft" };

/** Whatever maintenance shows in is read again. */
export async function maintenanceChanged(): Promise<void> {
  await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith(PATH) });
  await monitorsChanged();
}

export function Maintenances() {
  const { t } = useTranslation();
  const planned = usePages(["get", PATH], async (cursor, signal) =>
    (await http.GET(PATH, { params: { query: { cursor, limit: 30 } }, signal })).data!,
  );
  return (
    <Page
      title={t("system.maintenance.title")}
      actions={
        <Link to="/admin/maintenance/new" preload="intent" className={buttonLook("main")}>
          <Plus aria-hidden className="size-5" />
          {t("system.maintenance.new")}
        </Link>
      }
    >
      {planned.isError && <Failure error={planned.error} retry={() => void planned.refetch()} />}
      {planned.isPending && Array.from({ length: 3 }, (_, place) => <Skeleton key={place} className="h-28" />)}
      {planned.isSuccess && planned.items.length === 0 && (
        <Empty icon={Wrench} title={t("system.maintenance.none")}>
          {t("system.maintenance.noneHint")}
        </Empty>
      )}
      <ul className="flex flex-col gap-3">
        {planned.items.map((each) => (
          <One key={each.id} maintenance={each} />
        ))}
      </ul>
      <More pages={planned} />
    </Page>
  );
}

function One({ maintenance }: { maintenance: Maintenance }) {
  const { t } = useTranslation();
  const { moment, lasting } = useFormats();
  const { title, state, windows, everything, monitorIds, groupIds, zone, description, durationSeconds } = maintenance;
  const next = windows[0];
  const about = [
    everything && t("system.maintenance.everything"),
    groupIds.length > 0 && t("system.maintenance.groups", { count: groupIds.length }),
    monitorIds.length > 0 && t("system.maintenance.monitors", { count: monitorIds.length }),
    lasting(durationSeconds),
    zone,
  ].filter(Boolean);
  return (
    <li className="flex gap-3 rounded-xl border border-line bg-raised p-4">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-3">
          <Link
            to="/admin/maintenance/$id"
            params={{ id: maintenance.id }}
            preload="intent"
            className="font-medium break-words underline-offset-2 hover:underline"
          >
            {title}
          </Link>
          <Badge tone={TONES[state]}>{t(`system.maintenance.state.${state}`)}</Badge>
        </div>
        {next ? (
          <p>
            {state === "scheduled" && `${t("system.maintenance.next")}: `}
            {t("system.maintenance.window", { from: moment(next.startsAt), until: moment(next.endsAt) })}
          </p>
        ) : (
          state !== "ended" && <p className="text-soft">{t("system.maintenance.noMore")}</p>
        )}
        <p className="text-sm text-soft">{about.join(" · ")}</p>
        {description && <p className="mt-1 text-sm break-words whitespace-pre-line text-soft">{description}</p>}
      </div>
      <Doing maintenance={maintenance} />
    </li>
  );
}

function Doing({ maintenance: { id, title, state } }: { maintenance: Maintenance }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [asking, setAsking] = useState<"end" | "cancel" | "delete" | null>(null);
  const params = { path: { id } };
  const does = {
    end: async () => {
      await http.POST(`${PATH}/{id}/end`, { params });
      tell({ title: t("system.maintenance.didEnd", { title }) });
    },
    cancel: async () => {
      await http.POST(`${PATH}/{id}/cancel`, { params });
      tell({ title: t("system.maintenance.didCancel", { title }) });
    },
    delete: () => http.DELETE(`${PATH}/{id}`, { params }),
  };
  const words = { end: t("system.maintenance.end"), cancel: t("system.maintenance.cancel"), delete: t("system.act.delete") };
  return (
    <>
      <Menu
        trigger={
          <Button look="quiet" aria-label={t("system.act.moreOf", { name: title })} className="w-11 shrink-0 px-0">
            <EllipsisVertical aria-hidden className="size-5" />
          </Button>
        }
      >
        {state === "active" && <MenuItem act={() => setAsking("end")}>{words.end}</MenuItem>}
        {state !== "ended" && <MenuItem act={() => setAsking("cancel")}>{words.cancel}</MenuItem>}
        <MenuItem act={() => setAsking("delete")} danger>
          {words.delete}
        </MenuItem>
      </Menu>
      {(["end", "cancel", "delete"] as const).map((each) => (
        <Confirm
          key={each}
          title={t(`system.maintenance.${each}Title`, { title })}
          act={words[each]}
          open={asking === each}
          setOpen={(on) => setAsking(on ? each : null)}
          onConfirm={async () => {
            await does[each]();
            await maintenanceChanged();
          }}
        >
          {t(`system.maintenance.${each}What`)}
        </Confirm>
      ))}
    </>
  );
}
