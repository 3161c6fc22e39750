import { Trans, useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { IntegrationForm } from "@/screens/setup/IntegrationForm";
import { stateOf, type Known } from "@/screens/setup/progress";
import { Badge } from "@/ui/Badge";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

export function Plex({ known }: { known: Known }) {
  const { t } = useTranslation();
  const plex = known.integrations.find((each) => each.kind === "plex");
  return (
    <>
      <IntegrationForm
        kind="plex"
        integration={plex}
        help={
          <ol className="list-decimal pl-5">
            <li>{t("setup.plexToken.open")}</li>
            <li>{t("setup.plexToken.menu")}</li>
            <li>
              <Trans i18nKey="setup.plexToken.copy" components={{ token: <code /> }} />
            </li>
          </ol>
        }
      />
      {stateOf("plex", known, []) === "done" && <Found />}
    </>
  );
}

/** What the portal has found by itself with the token. */
function Found() {
  const { t } = useTranslation();
  const servers = api.useQuery("get", "/api/v1/admin/plex/servers");
  const libraries = api.useQuery("get", "/api/v1/plex/libraries");
  if (servers.isPending) return <Skeleton className="h-40" />;
  if (servers.isError && !servers.data) return <Failure error={servers.error} retry={() => void servers.refetch()} />;
  const { items, manual, accountProblem, problem, advice = [] } = servers.data;
  const named = items.flatMap((each) => each.connections);
  // One that is written in the settings is mostly among those that Plex names itself.
  const ways = manual && !named.some((each) => each.url === manual.url) ? [manual, ...named] : named;
  return (
    <Panel title={t("setup.plexFound")} hint={items.map((each) => each.name).join(", ")}>
      {[accountProblem, problem, ...advice].map((each) => each && <p key={each}>{each}</p>)}
      <ul className="flex flex-col divide-y divide-line">
        {ways.map((each) => (
          <li key={`${each.way}-${each.url}`} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
            <span className="min-w-0 text-sm break-all">{each.url}</span>
            <Badge tone={each.works ? "good" : "soft"}>{each.inUse ? t("setup.way.inUse") : each.works ? t("setup.way.works") : t("setup.way.not")}</Badge>
          </li>
        ))}
      </ul>
      {libraries.data && (
        <p className="text-soft">
          {libraries.data.items.length > 0
            ? t("setup.libraries", { names: libraries.data.items.map((each) => each.title).join(", ") })
            : t("setup.noLibraries")}
        </p>
      )}
    </Panel>
  );
}
