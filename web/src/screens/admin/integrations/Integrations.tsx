import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { PURPOSES, standingOf, type Standing } from "@/screens/admin/integrations/kinds";
import { Badge, type Tone } from "@/ui/Badge";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const TONES: Record<Standing, Tone> = { problem: "bad", off: "warn", settings: "good", portal: "good", none: "soft" };

export function Integrations() {
  const { t } = useTranslation();
  const known = api.useQuery("get", "/api/v1/admin/services");
  const away = known.data?.unavailable ?? [];
  return (
    <Page title={t("admin.places.integrations")} narrow>
      {known.isError && <Failure error={known.error} retry={() => void known.refetch()} />}
      {away.length > 0 && <p className="text-warn">{t("integrations.away", { services: away.join(", ") })}</p>}
      {known.isPending && <Skeleton className="h-[40rem] rounded-xl" />}
      {known.data &&
        PURPOSES.map(({ name, kinds }) => (
          <section key={name} aria-labelledby={name}>
            <h2 id={name} className="mb-2 text-lg font-semibold">
              {t(`integrations.purposes.${name}`)}
            </h2>
            <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
              {kinds.flatMap((kind) => known.data.items.filter((each) => each.kind === kind)).map((each) => (
                <li key={each.kind}>
                  <Line integration={each} />
                </li>
              ))}
            </ul>
          </section>
        ))}
    </Page>
  );
}

function Line({ integration }: { integration: Schemas["Integration"] }) {
  const { t } = useTranslation();
  const standing = standingOf(integration);
  return (
    <Link
      to="/admin/integrations/$kind"
      params={{ kind: integration.kind }}
      preload="intent"
      className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-line/30"
    >
      <span className="min-w-0 flex-1 basis-56">
        <span className="block font-medium">{integration.name}</span>
        <span className="block text-sm text-soft">{t(`integrations.what.${integration.kind}`)}</span>
      </span>
      <Badge tone={TONES[standing]}>{t(`integrations.standing.${standing}`)}</Badge>
      <ChevronRight aria-hidden className="hidden size-5 shrink-0 text-soft sm:block" />
    </Link>
  );
}
