import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { readAgain, useChange } from "@/screens/admin/useChange";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const TOUCHES = ["/api/v1/admin/plex", "/api/v1/plex/"];
const SECONDS_5 = 5_000;
const MINUTE = 60_000;

/** The way to the media server, and how far its libraries have been read. */
export function PlexServer() {
  const { t } = useTranslation();
  const servers = api.useQuery("get", "/api/v1/admin/plex/servers");
  const reconnecting = useMutation({
    mutationFn: async (machineIdentifier: string | null) => (await http.POST("/api/v1/admin/plex/reconnect", { body: { machineIdentifier } })).data!,
    onSettled: () => readAgain(TOUCHES),
  });
  const reached = reconnecting.data;
  return (
    <Page
      title={t("admin.places.plex")}
      narrow
      actions={
        <Button busy={reconnecting.isPending} onClick={() => reconnecting.mutate(null)}>
          {t("plexServer.reconnect")}
        </Button>
      }
    >
      <div role="status" className="empty:hidden">
        {reached && (
          <p className={reached.online ? "text-good" : "text-bad"}>
            {reached.online ? t("plexServer.reached", { name: reached.name, url: reached.url }) : (reached.problem ?? t("plexServer.notReached"))}
          </p>
        )}
      </div>
      {reconnecting.isError && <Failure error={reconnecting.error} />}
      {servers.isError && <Failure error={servers.error} retry={() => void servers.refetch()} />}
      {servers.isPending && <Skeleton className="h-48 rounded-xl" />}
      {servers.data && (
        <>
          {[servers.data.problem, servers.data.accountProblem, ...(servers.data.advice ?? [])].filter(Boolean).map((each) => (
            <p key={each} className="text-warn">
              {each}
            </p>
          ))}
          {servers.data.manual && (
            <Panel title={t("plexServer.manual")} hint={t("plexServer.manualHint")}>
              <ul>
                <Way connection={servers.data.manual} />
              </ul>
            </Panel>
          )}
          {servers.data.items.map((server) => (
            <Panel
              key={server.machineIdentifier}
              title={server.name}
              actions={
                server.inUse ? (
                  <Badge tone="good">{t("plexServer.inUse")}</Badge>
                ) : servers.data.manual ? undefined : (
                  <Button busy={reconnecting.isPending} onClick={() => reconnecting.mutate(server.machineIdentifier)}>
                    {t("plexServer.use")}
                  </Button>
                )
              }
            >
              <ul className="divide-y divide-line">
                {server.connections.map((each) => (
                  <Way key={each.url} connection={each} />
                ))}
              </ul>
            </Panel>
          ))}
        </>
      )}
      <Sync />
    </Page>
  );
}

function Way({ connection }: { connection: Schemas["TriedConnection"] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
      <span className="min-w-0">
        <span className="block font-mono text-sm break-all">{connection.url}</span>
        <span className="text-sm text-soft">
          {t(`plexServer.way.${connection.way}`)}
          {connection.inUse && ` · ${t("plexServer.inUse")}`}
          {connection.problem && ` · ${connection.problem}`}
        </span>
      </span>
      <Badge tone={connection.works ? "good" : "bad"}>
        {t(connection.works ? "plexServer.works" : "plexServer.worksNot")}
        {connection.works && connection.latencyMs !== null && ` · ${number(Math.round(connection.latencyMs))} ms`}
      </Badge>
    </li>
  );
}

function Sync() {
  const { t } = useTranslation();
  const { ago, number } = useFormats();
  const sync = api.useQuery(
    "get",
    "/api/v1/admin/plex/sync",
    {},
    { refetchInterval: ({ state }) => (state.data?.items.some((each) => each.running || each.askedFor) ? SECONDS_5 : MINUTE) },
  );
  const reading = useChange(
    (key: string) => http.POST("/api/v1/plex/libraries/{library_key}/sync", { params: { path: { library_key: key } } }),
    TOUCHES,
    () => ({ title: t("plexServer.asked") }),
  );
  return (
    <Panel title={t("plexServer.libraries")} hint={t("plexServer.librariesHint")}>
      {sync.isError && <Failure error={sync.error} retry={() => void sync.refetch()} />}
      {sync.isPending && <Skeleton className="h-32" />}
      {sync.data?.items.length === 0 && <p className="text-soft">{t("plexServer.noLibraries")}</p>}
      <ul className="divide-y divide-line" aria-live="polite">
        {sync.data?.items.map((library) => (
          <li key={library.key} className="flex flex-wrap items-center justify-between gap-3 py-2">
            <span className="min-w-0">
              <span className="block font-medium">{library.title}</span>
              <span className="block text-sm text-soft">
                {t("plexServer.items", { count: library.items, number: number(library.items) })}
                {library.missing > 0 && ` · ${t("plexServer.missing", { count: library.missing })}`}
                {library.dropped > 0 && ` · ${t("plexServer.dropped", { count: library.dropped })}`}
              </span>
              <span className="block text-sm text-soft">
                {library.running
                  ? t("plexServer.running", { number: number(library.read ?? 0) })
                  : library.askedFor
                    ? t("plexServer.next")
                    : library.lastFullPassAt && t("plexServer.lastFull", { when: ago(library.lastFullPassAt) })}
              </span>
            </span>
            <Button
              disabled={library.running || library.askedFor}
              busy={reading.isPending && reading.variables === library.key}
              onClick={() => reading.mutate(library.key)}
            >
              {t("plexServer.read")}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
