import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { BASE } from "@/base";
import type { Line, Outcome as Told } from "@/screens/admin/system/monitors/outcomes";
import { buttonLook } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";

const ORDER = ["created", "updated", "left", "unchanged"] as const;

export function Outcome({ outcome: { dryRun, lines, tokens, remarks, version, days } }: { outcome: Told }) {
  const { t } = useTranslation();
  const isEmpty = ORDER.every((each) => lines[each].length === 0);
  const facts = [version && t("system.carry.version", { version }), days > 0 && t("system.carry.days", { count: days })].filter(Boolean);
  return (
    <div role="status" className="flex flex-col gap-4 rounded-lg border border-line bg-ground p-4">
      <div>
        <h3 className="font-semibold">{dryRun ? t("system.carry.would") : t("system.carry.did")}</h3>
        {dryRun && <p className="text-sm text-soft">{t("system.carry.nothingYet")}</p>}
        {facts.length > 0 && <p className="text-sm text-soft">{facts.join(" · ")}</p>}
      </div>
      {isEmpty && <p>{t("system.carry.nothing")}</p>}
      {ORDER.filter((each) => lines[each].length > 0).map((each) => (
        <Lines key={each} title={t(`system.carry.${each}`, { count: lines[each].length })} lines={lines[each]} />
      ))}
      {remarks.length > 0 && (
        <ul className="list-disc pl-5 text-sm text-soft">
          {remarks.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      {tokens.length > 0 && (
        <div className="flex flex-col gap-3">
          <div>
            <h4 className="font-medium">{t("system.carry.pushTokens")}</h4>
            <p className="text-sm text-soft">{t("system.carry.pushTokensHint")}</p>
          </div>
          {tokens.map(({ name, path }) => (
            <Copyable key={path} label={name} text={`${location.origin}${BASE}${path}`} />
          ))}
        </div>
      )}
      {!dryRun && (
        <Link to="/admin/monitors" className={buttonLook("plain", "self-start")}>
          {t("system.carry.toMonitors")}
        </Link>
      )}
    </div>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly Line[] }) {
  const { t } = useTranslation();
  return (
    <div>
      <h4 className="font-medium">{title}</h4>
      <ul className="mt-1 divide-y divide-line">
        {lines.map((line, place) => (
          <li key={place} className="py-1.5">
            <p className="flex flex-wrap justify-between gap-x-3">
              <span className="min-w-0 break-words">{line.name}</span>
              {line.what && <span className="text-sm text-soft">{t(`system.carry.what.${line.what}`)}</span>}
            </p>
            {line.remarks.map((each) => (
              <p key={each} className="text-sm text-soft">
                {each}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}
