import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { leaveForPlex } from "@/screens/signin/plexSignIn";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const HERE = "/account/apps";

/** Accounts elsewhere with which one gets in here. The portal refuses to let go of the last way in. */
export function Linked() {
  const { t } = useTranslation();
  const identities = api.useQuery("get", "/api/v1/auth/identities");
  const providers = api.useQuery("get", "/api/v1/auth/providers");
  const linked = identities.data?.items ?? [];
  const offered = [
    ...(providers.data?.plex ? [{ id: "plex", name: "Plex" }] : []),
    ...(providers.data?.providers ?? []).map(({ id, name }) => ({ id, name })),
  ].filter((each) => !linked.some(({ provider }) => provider === each.id));
  return (
    <Panel title={t("me.linked.title")} hint={t("me.linked.hint")}>
      {identities.isError && <Failure error={identities.error} retry={() => void identities.refetch()} />}
      {identities.isPending && <Skeleton className="h-16" />}
      {identities.data && linked.length === 0 && <p className="text-soft">{t("me.linked.none")}</p>}
      <ul className="divide-y divide-line">
        {linked.map((each) => (
          <One key={each.provider} identity={each} />
        ))}
      </ul>
      <div className="flex flex-wrap gap-3">
        {offered.map((each) => (
          <Link key={each.id} {...each} />
        ))}
      </div>
    </Panel>
  );
}

function One({ identity }: { identity: Schemas["Identity"] }) {
  const { t } = useTranslation();
  const { day, ago } = useFormats();
  const queries = useQueryClient();
  const unlink = () =>
    http
      .DELETE("/api/v1/auth/identities/{provider}", { params: { path: { provider: identity.provider } } })
      .then(() => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/v1/auth/") }));
  return (
    <li className="flex flex-wrap items-center gap-3 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium break-words">
          {identity.name}
          {identity.account && <span className="font-normal text-soft"> · {identity.account}</span>}
        </p>
        <p className="text-sm text-soft">
          {t("me.linked.since", { when: day(identity.linkedAt) })} ·{" "}
          {identity.lastUsedAt ? t("me.used", { when: ago(identity.lastUsedAt) }) : t("me.unused")}
        </p>
        {!identity.usable && <p className="text-sm text-warn">{t("me.linked.unusable")}</p>}
      </div>
      <Confirm
        title={t("me.linked.unlinkTitle", { name: identity.name })}
        act={t("me.linked.unlink")}
        trigger={<Button>{t("me.linked.unlink")}</Button>}
        onConfirm={unlink}
      >
        {t("me.linked.unlinkHint", { name: identity.name })}
      </Confirm>
    </li>
  );
}

function Link({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation();
  const linking = useMutation({
    mutationFn: async () =>
      (await http.POST("/api/v1/auth/identities/{provider}", { params: { path: { provider: id } }, body: { returnTo: HERE } })).data!,
    onSuccess: ({ authUrl, expiresAt, loginId }) => {
      if (loginId) leaveForPlex({ loginId, authUrl, expiresAt }, HERE);
      location.assign(authUrl);
    },
  });
  return (
    <>
      <Button busy={linking.isPending || linking.isSuccess} onClick={() => linking.mutate()}>
        {t("me.linked.link", { name })}
      </Button>
      {linking.isError && <Failure error={linking.error} />}
    </>
  );
}
