import { Link } from "@tanstack/react-router";
import { CheckCircle2, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Figures } from "@/screens/admin/overview/Figures";
import { needs, type Need } from "@/screens/admin/overview/needs";
import { GROUPS } from "@/screens/admin/places";
import { useFormats } from "@/i18n/formats";
import { Badge } from "@/ui/Badge";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const EVERY_MINUTE = { refetchInterval: 60_000 };

export function Overview() {
  const { t } = useTranslation();
  const stats = api.useQuery("get", "/api/v1/admin/stats", {}, EVERY_MINUTE);
  const issues = api.useQuery("get", "/api/v1/media/issues", { params: { query: { status: "open", limit: 100 } } });
  const services = api.useQuery("get", "/api/v1/services/status");
  const dead = api.useQuery("get", "/api/v1/admin/queues/dead-letters", { params: { query: { limit: 100 } } }, EVERY_MINUTE);
  const webhooks = api.useQuery("get", "/api/v1/admin/webhooks");
  const integrations = api.useQuery("get", "/api/v1/admin/services");
  const asked = [stats, issues, services, dead, webhooks, integrations];
  const waiting = needs({
    stats: stats.data,
    issues: issues.data,
    services: services.data,
    dead: dead.data,
    webhooks: webhooks.data,
    integrations: integrations.data,
  });
  const parts = stats.data && [stats.data.requests, stats.data.errors, stats.data.deliveries];
  const isPartly = asked.some((each) => each.isError) || Boolean(parts?.some((each) => !each.data));
  return (
    <Page title={t("admin.title")}>
      <section aria-labelledby="needs" className="flex flex-col gap-3">
        <h2 id="needs" className="text-lg font-semibold">
          {t("admin.needs.title")}
        </h2>
        <div aria-live="polite">
          {asked.every((each) => each.isPending) ? (
            <Skeleton className="h-16" />
          ) : waiting.length > 0 ? (
            <ul className="grid gap-2 sm:grid-cols-2 2xl:grid-cols-3">
              {waiting.map((each) => (
                <li key={each.name}>
                  <NeedLink need={each} />
                </li>
              ))}
            </ul>
          ) : (
            !isPartly &&
            asked.every((each) => each.isSuccess) && (
              <p className="flex min-h-16 items-center gap-3 rounded-xl border border-line bg-raised px-4 font-medium">
                <CheckCircle2 aria-hidden className="size-5 shrink-0 text-good" />
                {t("admin.needs.nothing")}
              </p>
            )
          )}
        </div>
        {isPartly && <p className="text-sm text-warn">{t("admin.needs.partly")}</p>}
      </section>
      {stats.isError && !stats.data ? (
        <Failure error={stats.error} retry={() => void stats.refetch()} />
      ) : stats.data ? (
        <Figures stats={stats.data} />
      ) : (
        <div className="grid gap-4 xl:grid-cols-2">
          {Array.from({ length: 4 }, (_, place) => (
            <Skeleton key={place} className="h-64 rounded-xl" />
          ))}
        </div>
      )}
      <Places />
    </Page>
  );
}

function NeedLink({ need: { name, count, more, tone, to } }: { need: Need }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <Link to={to} preload="intent" className="flex min-h-16 items-center gap-3 rounded-xl border border-line bg-raised px-4 py-3 hover:border-soft">
      <span className="min-w-10 text-2xl font-semibold tabular-nums">
        {number(count)}
        {more && "+"}
      </span>
      <span className="min-w-0 flex-1">
        <Badge tone={tone} className="whitespace-normal!">
          {t(`admin.needs.${name}`, { count })}
        </Badge>
        <span className="block text-sm text-soft">{t(`admin.needs.do.${name}`)}</span>
      </span>
      <ChevronRight aria-hidden className="size-5 shrink-0 text-soft" />
    </Link>
  );
}

/** Where there is no room for the list at the side. */
function Places() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("admin.everything")} className="flex flex-col gap-6 lg:hidden">
      {GROUPS.map((group) => (
        <section key={group.name}>
          <h2 className="mb-2 text-lg font-semibold">{t(group.name)}</h2>
          <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
            {group.places.map(({ to, name, about, icon: Icon }) => (
              <li key={to}>
                <Link to={to} preload="intent" className="flex min-h-14 items-center gap-3 px-4 py-2">
                  <Icon aria-hidden className="size-5 shrink-0 text-soft" />
                  <span className="min-w-0 flex-1">
                    <span className="block font-medium">{t(name)}</span>
                    <span className="block text-sm text-soft">{t(about)}</span>
                  </span>
                  <ChevronRight aria-hidden className="size-5 shrink-0 text-soft" />
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
