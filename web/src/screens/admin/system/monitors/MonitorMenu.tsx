import { useNavigate } from "@tanstack/react-router";
import { EllipsisVertical, Eye, EyeOff, Pause, Pencil, Play, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { useDoing } from "@/screens/admin/system/monitors/useDoing";
import { monitorsChanged } from "@/screens/admin/system/monitors/useMonitors";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Menu, MenuItem } from "@/ui/Menu";

type Monitor = Schemas["Monitor"];

/** One that the settings still name comes back by itself: it cannot be deleted. */
export const canBeDeleted = ({ origin, enabled }: Monitor): boolean => origin !== "automatic" || !enabled;

export function MonitorMenu({ monitor }: { monitor: Monitor }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { pause, check, many } = useDoing();
  const [deleting, setDeleting] = useState(false);
  const isPublic = monitor.visibility === "everyone";
  const turn = () => {
    const body = { ids: [monitor.id], action: "visibility" as const };
    void many({ ...body, visibility: isPublic ? "admins" : "everyone" }, [{ ...body, visibility: monitor.visibility }]);
  };
  return (
    <>
      <Menu
        trigger={
          <Button look="quiet" aria-label={t("system.act.moreOf", { name: monitor.name })} className="w-11 shrink-0 px-0">
            <EllipsisVertical aria-hidden className="size-5" />
          </Button>
        }
      >
        <MenuItem act={() => void navigate({ to: "/admin/monitors/$id", params: { id: monitor.id } })}>
          <Pencil aria-hidden className="size-4" />
          {t("system.act.edit")}
        </MenuItem>
        {monitor.kind !== "push" && (
          <MenuItem act={() => void check(monitor)} disabled={monitor.paused || !monitor.enabled}>
            <RefreshCw aria-hidden className="size-4" />
            {t("system.monitor.check")}
          </MenuItem>
        )}
        <MenuItem act={() => void pause(monitor, !monitor.paused)}>
          {monitor.paused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
          {monitor.paused ? t("system.monitor.resume") : t("system.monitor.pause")}
        </MenuItem>
        <MenuItem act={turn}>
          {isPublic ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
          {isPublic ? t("system.monitor.showAdmins") : t("system.monitor.showAll")}
        </MenuItem>
        {canBeDeleted(monitor) && (
          <MenuItem act={() => setDeleting(true)} danger>
            <Trash2 aria-hidden className="size-4" />
            {t("system.act.delete")}
          </MenuItem>
        )}
      </Menu>
      <DeleteMonitor monitor={monitor} open={deleting} setOpen={setDeleting} />
    </>
  );
}

interface DeleteMonitorProps {
  monitor: Monitor;
  open: boolean;
  setOpen: (open: boolean) => void;
  /** Leaves what shows it. */
  done?: () => Promise<void>;
}

export function DeleteMonitor({ monitor, open, setOpen, done }: DeleteMonitorProps) {
  const { t } = useTranslation();
  const remove = async () => {
    await http.DELETE("/api/v1/admin/monitors/{id}", { params: { path: { id: monitor.id } } });
    await done?.();
    await monitorsChanged();
  };
  return (
    <Confirm
      title={t("system.monitor.deleteTitle", { name: monitor.name })}
      act={t("system.act.delete")}
      open={open}
      setOpen={setOpen}
      onConfirm={remove}
    >
      {t("system.monitor.deleteWhat")}
    </Confirm>
  );
}
