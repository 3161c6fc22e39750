import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { useMe } from "@/api/session";
import { BASE } from "@/base";
import { useFormats } from "@/i18n/formats";
import { readAgain } from "@/screens/admin/useChange";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/admin/backups";
const TONES: Record<Schemas["BackupState"], Tone> = { whole: "good", damaged: "bad", unknown: "soft" };

type Backup = Schemas["Backup"];

export function OneBackup({ backup }: { backup: Backup }) {
  const { t } = useTranslation();
  const { bytes, lasting, moment } = useFormats();
  const { state, seconds, origin, version } = backup;
  const facts = [
    bytes(backup.bytes),
    origin && t(`backups.origin.${origin}`),
    seconds !== null && t("backups.took", { time: lasting(Math.max(1, seconds)) }),
    version && t("backups.ofVersion", { version }),
  ].filter(Boolean);
  return (
    <li className="flex flex-col gap-3 py-3 sm:flex-row sm:items-center sm:justify-between">
      <div className="min-w-0">
        <p className="font-medium">{moment(backup.takenAt)}</p>
        <p className="text-sm text-soft">{facts.join(" · ")}</p>
        <p className="flex flex-wrap gap-x-4">
          <Badge tone={TONES[state]}>{t(`backups.state.${state}`)}</Badge>
          <Badge tone={backup.encrypted ? "good" : "warn"}>{backup.encrypted ? t("backups.encrypted") : t("backups.plain")}</Badge>
        </p>
        {state !== "whole" && <p className="text-sm text-soft">{t(`backups.stateHint.${state}`)}</p>}
      </div>
      <div className="flex flex-wrap gap-2">
        <Download backup={backup} />
        <Remove backup={backup} />
      </div>
    </li>
  );
}

/** The portal is asked first, so that whoever has to prove who they are does so here; then the browser fetches it by itself. */
function Download({ backup }: { backup: Backup }) {
  const { t } = useTranslation();
  const me = useMe();
  const fetchIt = async () => {
    const { data } = await http.POST("/api/v1/admin/backups/{name}/download", { params: { path: { name: backup.name } } });
    const link = document.createElement("a");
    link.href = `${BASE}${data!.path}`;
    link.download = backup.name;
    link.click();
  };
  if (!backup.encrypted && me.role !== "owner") return <p className="max-w-64 text-sm text-soft">{t("backups.ownerOnly")}</p>;
  return (
    <Confirm title={t("backups.downloadTitle")} act={t("backups.download")} trigger={<Button>{t("backups.download")}</Button>} onConfirm={fetchIt}>
      {backup.encrypted ? t("backups.downloadSealed") : t("backups.downloadPlain")}
    </Confirm>
  );
}

function Remove({ backup }: { backup: Backup }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { tell } = useToasts();
  const remove = async () => {
    await http.DELETE("/api/v1/admin/backups/{name}", { params: { path: { name: backup.name } } });
    tell({ title: t("backups.deleted") });
    await readAgain([PATH]);
  };
  return (
    <Confirm title={t("backups.deleteTitle")} act={t("backups.delete")} trigger={<Button>{t("backups.delete")}</Button>} onConfirm={remove}>
      {t("backups.deleteWhat", { time: moment(backup.takenAt) })}
    </Confirm>
  );
}
