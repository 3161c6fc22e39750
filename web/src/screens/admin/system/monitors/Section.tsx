import { EllipsisVertical } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { GroupSheet } from "@/screens/admin/system/monitors/Groups";
import type { Mode } from "@/screens/admin/system/monitors/Monitors";
import { moved, orderWith, type Section as Listed } from "@/screens/admin/system/monitors/order";
import { Movers } from "@/screens/admin/system/monitors/Movers";
import { Row } from "@/screens/admin/system/monitors/Row";
import { monitorsChanged, reorder, reorderGroups } from "@/screens/admin/system/monitors/useMonitors";
import { useTellFailure } from "@/screens/admin/system/useTellFailure";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Menu, MenuItem } from "@/ui/Menu";

interface SectionProps {
  section: Listed;
  all: readonly Schemas["Monitor"][];
  groups: readonly Schemas["MonitorGroup"][];
  mode: Mode;
  chosen: ReadonlySet<string>;
  choose: (ids: readonly string[], on: boolean) => void;
}

/** A group and what stands in it. */
export function Section({ section: { group, monitors }, all, groups, mode, chosen, choose }: SectionProps) {
  const { t } = useTranslation();
  const tellFailure = useTellFailure();
  const ids = monitors.map(({ id }) => id);
  const move = (id: string, by: 1 | -1) => {
    const order = orderWith(all.map((each) => each.id), moved(ids, id, by));
    return reorder(order).catch(tellFailure);
  };
  const name = group?.name ?? (groups.length > 0 ? t("system.monitor.ungrouped") : "");
  return (
    <section aria-label={name || t("system.monitor.title")}>
      {name && (
        <div className="mb-1 flex min-h-11 items-center gap-2">
          {mode === "select" && (
            <input
              type="checkbox"
              aria-label={t("system.monitor.selectOf", { name })}
              checked={ids.length > 0 && ids.every((id) => chosen.has(id))}
              onChange={(event) => choose(ids, event.target.checked)}
              className="ml-3 size-5 accent-accent"
            />
          )}
          <h2 className="min-w-0 flex-1 truncate text-lg font-semibold">{name}</h2>
          {group && mode === "order" && (
            <Movers
              of={group}
              among={groups}
              move={(by) => reorderGroups(moved(groups.map(({ id }) => id), group.id, by)).catch(tellFailure)}
            />
          )}
          {group && mode === "look" && <GroupMenu group={group} />}
        </div>
      )}
      {monitors.length === 0 ? (
        <p className="rounded-xl border border-dashed border-line p-4 text-soft">{t("system.groups.empty")}</p>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
          {monitors.map((monitor) => (
            <Row
              key={monitor.id}
              monitor={monitor}
              mode={mode}
              chosen={chosen.has(monitor.id)}
              choose={(on) => choose([monitor.id], on)}
              movers={mode === "order" && <Movers of={monitor} among={monitors} move={(by) => move(monitor.id, by)} />}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function GroupMenu({ group }: { group: Schemas["MonitorGroup"] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"rename" | "remove" | null>(null);
  const remove = async () => {
    await http.DELETE("/api/v1/admin/monitors/groups/{id}", { params: { path: { id: group.id } } });
    await monitorsChanged();
  };
  return (
    <>
      <Menu
        trigger={
          <Button look="quiet" aria-label={t("system.act.moreOf", { name: group.name })} className="w-11 px-0">
            <EllipsisVertical aria-hidden className="size-5" />
          </Button>
        }
      >
        <MenuItem act={() => setOpen("rename")}>{t("system.groups.rename")}</MenuItem>
        <MenuItem act={() => setOpen("remove")} danger>
          {t("system.groups.remove")}
        </MenuItem>
      </Menu>
      <GroupSheet group={group} open={open === "rename"} setOpen={(on) => setOpen(on ? "rename" : null)} />
      <Confirm
        title={t("system.groups.removeTitle", { name: group.name })}
        act={t("system.groups.remove")}
        open={open === "remove"}
        setOpen={(on) => setOpen(on ? "remove" : null)}
        onConfirm={remove}
      >
        {t("system.groups.removeWhat")}
      </Confirm>
    </>
  );
}
