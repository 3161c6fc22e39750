import clsx from "clsx";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";

/** How much of what was asked for has come, and when the rest will have. */
export function Progress({ download, className }: { download: Schemas["DownloadProgress"]; className?: string }) {
  const { t } = useTranslation();
  const { percent, bytes, ago } = useFormats();
  const share = download.percent == null ? null : percent(download.percent / 100);
  const facts = [
    t(`requests.download.${download.state}`),
    share,
    download.size > 0 ? t("requests.of", { done: bytes(download.size - download.left), all: bytes(download.size) }) : null,
    download.eta && download.state === "downloading" ? t("requests.ready", { when: ago(download.eta) }) : null,
  ].filter(Boolean);
  return (
    <div className={clsx("flex flex-col gap-1", className)}>
      <div
        role="progressbar"
        aria-label={t("requests.progress")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={download.percent ?? undefined}
        aria-valuetext={facts.join(", ")}
        className="h-1.5 overflow-hidden rounded-full bg-line"
      >
        <div
          className={clsx("h-full rounded-full bg-accent transition-[width] duration-500", download.percent == null && "pulse")}
          style={{ width: `${download.percent ?? 100}%` }}
        />
      </div>
      <p className="text-sm text-soft tabular-nums">{facts.join(" · ")}</p>
      {download.trouble && <p className="text-sm text-warn">{download.trouble}</p>}
    </div>
  );
}
