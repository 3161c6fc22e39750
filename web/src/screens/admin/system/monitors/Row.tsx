import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { MonitorMenu } from "@/screens/admin/system/monitors/MonitorMenu";
import type { Mode } from "@/screens/admin/system/monitors/Monitors";
import { State } from "@/screens/admin/system/monitors/State";

interface RowProps {
  monitor: Schemas["Monitor"];
  mode: Mode;
  chosen: boolean;
  choose: (on: boolean) => void;
  movers: ReactNode;
}

export function Row({ monitor, mode, chosen, choose, movers }: RowProps) {
  const { t, i18n } = useTranslation();
  const { milliseconds, percent } = useFormats();
  const { standing } = monitor;
  const kind = `system.kind.${monitor.kind}`;
  const figures = [
    standing.latencyMs != null && milliseconds(standing.latencyMs),
    standing.uptime.month != null && t("uptime", { share: percent(standing.uptime.month) }),
  ].filter(Boolean);
  return (
    <li className="flex items-center gap-3 p-3 sm:px-4">
      {mode === "select" && (
        <input
          type="checkbox"
          aria-label={t("system.monitor.selectOf", { name: monitor.name })}
          checked={chosen}
          onChange={(event) => choose(event.target.checked)}
          className="size-5 shrink-0 accent-accent"
        />
      )}
      <div className="flex min-w-0 flex-1 flex-col gap-y-0.5">
        <div className="flex items-center justify-between gap-3">
          <Link
            to="/admin/monitors/$id"
            params={{ id: monitor.id }}
            preload="intent"
            className="inline-flex min-h-6 min-w-0 items-center font-medium underline-offset-2 hover:underline"
          >
            <span className="truncate">{monitor.name}</span>
          </Link>
          <State monitor={monitor} />
        </div>
        <div className="flex flex-wrap justify-between gap-x-3 text-sm text-soft">
          <p className="max-w-full truncate">
            {i18n.exists(kind) ? t(kind as "system.kind.http") : monitor.kind}
            {monitor.target && ` · ${monitor.target}`}
          </p>
          {figures.length > 0 && <p className="tabular-nums">{figures.join(" · ")}</p>}
        </div>
        {standing.blockedBy && <p className="text-sm text-soft">{t("system.monitor.blockedBy", { name: standing.blockedBy })}</p>}
        {standing.message && <p className="line-clamp-2 text-sm text-soft">{standing.message}</p>}
      </div>
      {movers}
      {mode === "look" && <MonitorMenu monitor={monitor} />}
    </li>
  );
}
