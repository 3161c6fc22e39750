import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { canBeDeleted } from "@/screens/admin/system/monitors/MonitorMenu";
import { useDoing } from "@/screens/admin/system/monitors/useDoing";
import { monitorsChanged } from "@/screens/admin/system/monitors/useMonitors";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Menu, MenuItem } from "@/ui/Menu";
import { said } from "@/ui/said";
import { Select } from "@/ui/Select";
import { Sheet } from "@/ui/Sheet";

type Monitor = Schemas["Monitor"];

interface BulkBarProps {
  chosen: readonly Monitor[];
  groups: readonly Schemas["MonitorGroup"][];
  chooseAll: () => void;
  leave: () => void;
}

/** What is done with all that are chosen; it stays in sight below the list. */
export function BulkBar({ chosen, groups, chooseAll, leave }: BulkBarProps) {
  const { t } = useTranslation();
  const { many } = useDoing();
  const [asking, setAsking] = useState<"group" | "delete" | null>(null);
  const ids = chosen.map(({ id }) => id);
  const paused = (are: boolean) => chosen.filter((each) => each.paused === are).map(({ id }) => id);
  const seen = (by: Schemas["Visibility"]) => chosen.filter(({ visibility }) => visibility !== by).map(({ id }) => id);
  const turn = (on: boolean) => {
    const those = paused(!on);
    if (those.length > 0) void many({ ids: those, action: on ? "pause" : "resume" }, [{ ids: those, action: on ? "resume" : "pause" }]);
    leave();
  };
  const show = (visibility: Schemas["Visibility"]) => {
    const those = seen(visibility);
    const before = visibility === "everyone" ? "admins" : "everyone";
    if (those.length > 0)
      void many({ ids: those, action: "visibility", visibility }, [{ ids: those, action: "visibility", visibility: before }]);
    leave();
  };
  return (
    <div className="sticky bottom-20 z-30 flex flex-wrap items-center gap-2 rounded-xl border border-line bg-raised p-3 shadow-lg md:bottom-4">
      <p role="status" className="min-w-0 flex-1 px-1 font-medium">
        {t("system.monitor.selected", { count: chosen.length })}
      </p>
      <Button look="quiet" onClick={chooseAll}>
        {t("system.monitor.selectAll")}
      </Button>
      <Menu
        trigger={
          <Button look="main" disabled={chosen.length === 0}>
            {t("system.monitor.act")}
          </Button>
        }
      >
        <MenuItem act={() => turn(true)} disabled={paused(false).length === 0}>
          {t("system.monitor.pause")}
        </MenuItem>
        <MenuItem act={() => turn(false)} disabled={paused(true).length === 0}>
          {t("system.monitor.resume")}
        </MenuItem>
        <MenuItem act={() => show("everyone")} disabled={seen("everyone").length === 0}>
          {t("system.monitor.showAll")}
        </MenuItem>
        <MenuItem act={() => show("admins")} disabled={seen("admins").length === 0}>
          {t("system.monitor.showAdmins")}
        </MenuItem>
        <MenuItem act={() => setAsking("group")} disabled={groups.length === 0}>
          {t("system.monitor.toGroup")}
        </MenuItem>
        <MenuItem act={() => setAsking("delete")} danger>
          {t("system.act.delete")}
        </MenuItem>
      </Menu>
      <Button onClick={leave}>{t("cancel")}</Button>
      <Sheet
        title={t("system.monitor.toGroupTitle", { count: ids.length })}
        open={asking === "group"}
        setOpen={(on) => setAsking(on ? "group" : null)}
      >
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const groupId = said(event.currentTarget, "group") || null;
            void many({ ids, action: "group", groupId }, backToGroups(chosen));
            leave();
          }}
        >
          <Select
            label={t("system.monitor.group")}
            name="group"
            options={[{ value: "", label: t("system.monitor.noGroup") }, ...groups.map(({ id, name }) => ({ value: id, label: name }))]}
          />
          <Button look="main" type="submit">
            {t("system.monitor.moveThere")}
          </Button>
        </form>
      </Sheet>
      <DeleteMany chosen={chosen} open={asking === "delete"} setOpen={(on) => setAsking(on ? "delete" : null)} done={leave} />
    </div>
  );
}

/** One change for each group that they came from. */
export function backToGroups(monitors: readonly Monitor[]): Schemas["HealthBulkBody"][] {
  const groups = [...new Set(monitors.map(({ groupId }) => groupId))];
  return groups.map((groupId) => ({
    ids: monitors.filter((each) => each.groupId === groupId).map(({ id }) => id),
    action: "group",
    groupId,
  }));
}

interface DeleteManyProps {
  chosen: readonly Monitor[];
  open: boolean;
  setOpen: (open: boolean) => void;
  done: () => void;
}

function DeleteMany({ chosen, open, setOpen, done }: DeleteManyProps) {
  const { t } = useTranslation();
  const going = chosen.filter(canBeDeleted);
  const staying = chosen.length - going.length;
  if (chosen.length > 0 && going.length === 0)
    return (
      <Sheet title={t("system.act.delete")} open={open} setOpen={setOpen}>
        <p className="text-soft">{t("system.monitor.deleteNone")}</p>
        <Button onClick={() => setOpen(false)}>{t("close")}</Button>
      </Sheet>
    );
  const remove = async () => {
    await http.POST("/api/v1/admin/monitors/bulk", { body: { ids: going.map(({ id }) => id), action: "delete" } });
    await monitorsChanged();
    done();
  };
  return (
    <Confirm
      title={t("system.monitor.deleteMany", { count: going.length })}
      act={t("system.act.delete")}
      open={open}
      setOpen={setOpen}
      onConfirm={remove}
    >
      <p>{t("system.monitor.deleteManyWhat", { count: going.length })}</p>
      {staying > 0 && <p className="mt-2">{t("system.monitor.deleteManyStay", { count: staying })}</p>}
    </Confirm>
  );
}
