import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { CHECK_TONES } from "@/screens/admin/system/tones";
import { Badge } from "@/ui/Badge";

const WORDS = { ok: "ok", degraded: "degradedWord", down: "downWord" } as const;

/** One service with all its replicas. */
export function Service({ service: { service, status, replicas, silent } }: { service: Schemas["ServiceDetails"] }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  return (
    <li className="py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <h3 className="font-medium">{service}</h3>
        <Badge tone={CHECK_TONES[status]}>{t(`system.state.${WORDS[status]}`)}</Badge>
      </div>
      <ul className="flex flex-col gap-1">
        {replicas.map((each) => (
          <Replica key={each.instance} replica={each} />
        ))}
        {silent.map((each) => (
          <li key={each.instance} className="text-sm">
            <span className="break-all">{each.instance}</span> <span className="text-warn">{t("system.state.noAnswer")}</span>
            <span className="text-soft"> · {t("system.state.lastSeen", { when: ago(each.lastSeenAt) })}</span>
          </li>
        ))}
      </ul>
    </li>
  );
}

function Replica({ replica: { instance, version, uptimeSeconds, checks, pool } }: { replica: Schemas["Readiness"] }) {
  const { t } = useTranslation();
  const { lasting, milliseconds } = useFormats();
  const facts = [
    instance,
    t("system.state.version", { version }),
    t("system.state.running", { time: lasting(uptimeSeconds) }),
    pool && t("system.state.pooled", { used: pool.inUse, size: pool.size }),
  ].filter(Boolean);
  return (
    <li>
      <p className="text-sm break-words text-soft tabular-nums">{facts.join(" · ")}</p>
      <p className="flex flex-wrap gap-x-4">
        {checks.map((check) => (
          <Badge key={check.name} tone={CHECK_TONES[check.status]} className="whitespace-normal">
            {check.name}
            {check.status !== "ok" && `: ${t(`system.state.${WORDS[check.status]}`)}`}
            {check.latencyMs != null && <span className="font-normal text-soft tabular-nums">{milliseconds(check.latencyMs)}</span>}
          </Badge>
        ))}
      </p>
    </li>
  );
}
