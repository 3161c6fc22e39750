import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { IntegrationEditor } from "@/screens/admin/integrations/IntegrationEditor";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/in/admin/integrations/$kind");

export function Integration() {
  const { t } = useTranslation();
  const { kind } = route.useParams();
  const known = api.useQuery("get", "/api/v1/admin/services");
  const integration = known.data?.items.find((each) => each.kind === kind);
  return (
    <Page title={integration?.name ?? t("admin.places.integrations")} narrow>
      {known.isError && <Failure error={known.error} retry={() => void known.refetch()} />}
      {known.isPending && <Skeleton className="h-96 rounded-xl" />}
      {known.isSuccess && !integration && <p className="text-soft">{t("unavailable")}</p>}
      {integration && (
        <>
          <p className="-mt-4 text-soft">{t(`integrations.what.${integration.kind}`)}</p>
          {integration.problem && (
            <p role="alert" className="rounded-xl border border-bad p-4 text-bad">
              {integration.problem}
            </p>
          )}
          <IntegrationEditor key={integration.version} integration={integration} />
          <Origin integration={integration} />
          {kind === "plex" && (
            <Link to="/admin/plex" preload="intent" className="text-accent underline underline-offset-2">
              {t("integrations.toPlex")}
            </Link>
          )}
        </>
      )}
    </Page>
  );
}

/** Where its values come from: the installation's variables, or what has been set here in their place. */
function Origin({ integration }: { integration: Schemas["Integration"] }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const here = integration.source === "portal";
  return (
    <Panel title={t("integrations.origin.title")}>
      <p className="text-soft">
        {t(`integrations.origin.${integration.source}`)}
        {here && integration.changedAt && ` ${t("integrations.origin.changed", { when: moment(integration.changedAt) })}`}
      </p>
      <details>
        <summary className="flex min-h-11 cursor-pointer items-center text-soft">{t("integrations.origin.variables")}</summary>
        <ul className="font-mono text-sm break-all">
          {integration.variables.map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
      </details>
      {here && (
        <Confirm
          title={t("integrations.remove.title", { name: integration.name })}
          act={t("integrations.remove.act")}
          trigger={
            <Button look="danger" className="self-start">
              {t("integrations.remove.act")}
            </Button>
          }
          onConfirm={async () => {
            const params = { path: { kind: integration.kind }, query: { version: integration.version } };
            await http.DELETE("/api/v1/admin/services/{kind}", { params });
            await readAgain(["/api/v1/admin/services"]);
          }}
        >
          {t("integrations.remove.lost")}
        </Confirm>
      )}
    </Panel>
  );
}
