import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { BASE } from "@/base";
import { Copyable } from "@/ui/Copyable";
import { Panel } from "@/ui/Panel";

/** Where everybody finds a page, and what else can be had of it. */
export function Addresses({ page, monitors }: { page: Schemas["StatusPage"]; monitors: readonly Schemas["Monitor"][] }) {
  const { t } = useTranslation();
  const whole = (path: string) => `${location.origin}${BASE}${path}`;
  const names = new Map(monitors.map(({ id, name }) => [id, name]));
  return (
    <Panel title={t("system.pages.addresses")} hint={page.published ? undefined : t("system.pages.unpublishedHint")}>
      <Copyable label={t("services.public.address")} text={whole(`/status/${page.slug}`)} />
      <div className="grid gap-4 sm:grid-cols-3">
        <Copyable label={t("system.pages.address")} text={whole(page.path)} />
        <Copyable label={t("system.pages.atom")} text={whole(`${page.path}/feed.atom`)} />
        <Copyable label={t("system.pages.rss")} text={whole(`${page.path}/feed.rss`)} />
      </div>
      {page.monitors.length > 0 && (
        <details className="group">
          <summary className="flex min-h-11 cursor-pointer list-none items-center gap-2 font-medium [&::-webkit-details-marker]:hidden">
            <ChevronRight aria-hidden className="size-4 transition group-open:rotate-90" />
            {t("system.pages.badges")}
          </summary>
          <p className="mb-3 text-sm text-soft">{t("system.pages.badgesHint")}</p>
          <div className="flex flex-col gap-3">
            {page.monitors.map(({ monitorId, shownAs }) => (
              <Copyable
                key={monitorId}
                label={t("system.pages.badge", { name: shownAs ?? names.get(monitorId) ?? "" })}
                text={whole(`/api/v1/services/${monitorId}/badge.svg`)}
              />
            ))}
          </div>
        </details>
      )}
    </Panel>
  );
}
