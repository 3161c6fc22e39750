import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Copyable } from "@/ui/Copyable";
import { Panel } from "@/ui/Panel";

const SETTINGS = [
  "MEDIANEST_BACKUP_DIR",
  "MEDIANEST_BACKUP_AT",
  "MEDIANEST_BACKUP_KEEP_DAILY",
  "MEDIANEST_BACKUP_KEEP_WEEKLY",
  "MEDIANEST_BACKUP_PASSPHRASE",
];

/** As the settings have it: they are the server's, and are not changed while it runs. */
export function WhereAndWhen({ place: { folder, freeBytes, encrypts, schedule } }: { place: Schemas["BackupPlace"] }) {
  const { t } = useTranslation();
  const { bytes, list } = useFormats();
  const kept = t("backups.keptWhat", {
    days: t("backups.days", { count: schedule.keepDaily }),
    weeks: t("backups.weeks", { count: schedule.keepWeekly }),
  });
  const facts = [
    [t("backups.folder"), folder],
    freeBytes !== null && [t("backups.free"), bytes(freeBytes)],
    [t("backups.when"), schedule.nextAt ? t("backups.daily", { time: schedule.at }) : t("backups.notDaily")],
    [t("backups.kept"), kept],
    [t("backups.encryption"), encrypts ? t("backups.encrypts") : t("backups.encryptsNot")],
  ].filter((each) => each !== false);
  return (
    <Panel title={t("backups.place")} hint={t("backups.onThisDisk")}>
      <dl className="grid gap-x-6 gap-y-1 sm:grid-cols-[auto_minmax(0,1fr)]">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="mb-2 break-words sm:mb-0">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="text-sm break-words text-soft">{t("backups.settings", { names: list(SETTINGS) })}</p>
    </Panel>
  );
}

export function HowToRestore({ backup, folder }: { backup: Schemas["Backup"] | undefined; folder: string }) {
  const { t } = useTranslation();
  const file = backup?.name ?? "medianest-….tar.gz";
  return (
    <Panel title={t("backups.restore")}>
      <ol className="list-decimal space-y-3 pl-5">
        <li>{t("backups.restoreStop")}</li>
        <li>
          <Copyable label={t("backups.restoreRun")} text={`medianest restore --force ${folder}/${file}`} hint={t("backups.restoreAside")} />
        </li>
        <li>{t("backups.restoreStart")}</li>
      </ol>
      <p className="text-sm text-soft">{t("backups.restorePassphrase")}</p>
      <Copyable label={t("backups.restoreContainers")} text={`docker compose run --rm backup restore --force /data/${file}`} />
    </Panel>
  );
}
