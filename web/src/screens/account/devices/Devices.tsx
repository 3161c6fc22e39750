import { useQueryClient } from "@tanstack/react-query";
import { Laptop, Smartphone } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Recent } from "@/screens/account/devices/Recent";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

type Session = Schemas["Session"];

export function Devices() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const devices = api.useQuery("get", "/api/v1/auth/devices");
  const again = () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/v1/auth/") });
  // Where one is right now comes first.
  const sessions = [...(devices.data?.items ?? [])].sort((one, other) => Number(other.current ?? false) - Number(one.current ?? false));
  return (
    <Page title={t("me.part.devices")}>
      <Panel
        title={t("me.devices.title")}
        hint={t("me.devices.hint")}
        actions={
          sessions.length > 1 && (
            <Confirm
              title={t("me.devices.othersTitle")}
              act={t("me.devices.others")}
              trigger={<Button look="danger">{t("me.devices.others")}</Button>}
              onConfirm={() => http.POST("/api/v1/auth/devices/revoke-others").then(again)}
            >
              {t("me.devices.othersHint")}
            </Confirm>
          )
        }
      >
        {devices.isError && <Failure error={devices.error} retry={() => void devices.refetch()} />}
        {devices.isPending && [0, 1].map((place) => <Skeleton key={place} className="h-20" />)}
        <ul className="divide-y divide-line" aria-live="polite">
          {sessions.map((each) => (
            <Device key={each.id} session={each} again={again} />
          ))}
        </ul>
      </Panel>
      <Recent />
      <ThisBrowser />
    </Page>
  );
}

function Device({ session, again }: { session: Session; again: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const { ago, moment } = useFormats();
  const Icon = /iOS|iPhone|Android/.test(session.platform) ? Smartphone : Laptop;
  const program = session.browser === "Other" ? t("me.recent.someBrowser") : [session.browser, session.browserVersion].filter(Boolean).join(" ");
  const name = session.platform === "Other" ? program : t("channels.browserOn", { browser: program, system: session.platform });
  return (
    <li className="flex flex-wrap items-center gap-3 py-3">
      <Icon aria-hidden className="size-6 shrink-0 text-soft" />
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-x-3 font-medium break-words">
          {name}
          {session.current && <Badge tone="good">{t("me.devices.current")}</Badge>}
        </p>
        <p className="text-sm text-soft">
          {session.place} · {t(`me.way.${session.method}`)}
        </p>
        <p className="text-sm text-soft">
          <span title={moment(session.lastSeenAt)}>{session.current ? t("me.devices.now") : t("me.devices.seen", { when: ago(session.lastSeenAt) })}</span>
          {" · "}
          {t("me.devices.since", { when: moment(session.signedInAt ?? session.createdAt) })}
        </p>
      </div>
      {!session.current && (
        <Confirm
          title={t("me.devices.endTitle", { name })}
          act={t("me.devices.end")}
          trigger={<Button>{t("me.devices.end")}</Button>}
          onConfirm={() => http.DELETE("/api/v1/auth/devices/{id}", { params: { path: { id: session.id } } }).then(again)}
        >
          {t("me.devices.endHint")}
        </Confirm>
      )}
    </li>
  );
}

function ThisBrowser() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const forgetting = api.useMutation("delete", "/api/v1/auth/devices/known", {
    onSuccess: () => tell({ title: t("me.devices.forgotten") }),
  });
  return (
    <Panel title={t("me.devices.known")} hint={t("me.devices.knownHint")}>
      {forgetting.isError && <Failure error={forgetting.error} />}
      <Button className="self-start" busy={forgetting.isPending} onClick={() => forgetting.mutate({})}>
        {t("me.devices.forget")}
      </Button>
    </Panel>
  );
}
