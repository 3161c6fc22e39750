import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { Access } from "@/screens/admin/people/Access";
import { DownloadQuota } from "@/screens/admin/people/DownloadQuota";
import { Leaving } from "@/screens/admin/people/Leaving";
import { RequestQuota } from "@/screens/admin/people/RequestQuota";
import { SignInHelp } from "@/screens/admin/people/SignInHelp";
import { Tokens } from "@/screens/admin/people/Tokens";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/in/admin/people/$id");

export function Person() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const me = useMe();
  const person = api.useQuery("get", "/api/v1/admin/users/{id}", { params: { path: { id } } });
  if (person.isError && !person.data) return <Failure error={person.error} retry={() => void person.refetch()} />;
  if (!person.data)
    return (
      <Page title={t("admin.places.people")} narrow>
        <Skeleton className="h-40 rounded-xl" />
        <Skeleton className="h-64 rounded-xl" />
      </Page>
    );
  const mine = id === me.id;
  // Nobody takes the owner in hand, and nobody themselves: that is what the account's own page is for.
  const inHand = !mine && person.data.role !== "owner";
  return (
    <Page title={person.data.name} narrow>
      <Facts person={person.data} />
      {mine && <p className="text-soft">{t("people.yourself")}</p>}
      {!mine && !inHand && <p className="text-soft">{t("people.ownerStays")}</p>}
      {inHand && <Access person={person.data} asOwner={me.role === "owner"} />}
      <RequestQuota id={id} />
      <DownloadQuota id={id} />
      {inHand && <SignInHelp person={person.data} />}
      {inHand && <Tokens id={id} />}
      {inHand && <Leaving person={person.data} asOwner={me.role === "owner"} />}
    </Page>
  );
}

function Facts({ person }: { person: Schemas["Account"] }) {
  const { t } = useTranslation();
  const { ago, day } = useFormats();
  const facts: [string, string][] = [
    [t("people.email"), person.email ?? t("people.noEmail")],
    [t("people.role"), t(`people.roles.${person.role}`)],
    [t("people.standing"), t(`people.standings.${person.status}`)],
    [t("people.lastSeen"), person.lastSeenAt ? ago(person.lastSeenAt) : t("people.neverSeen")],
    [t("people.since"), day(person.createdAt)],
    [t("people.sessions"), String(person.sessions)],
    [t("people.ways"), person.signInWays.map((each) => t(`people.way.${each}`)).join(", ") || t("people.noWay")],
    [t("people.secondFactor"), t(person.secondFactor ? "people.on" : "people.off")],
  ];
  return (
    <Panel title={t("people.facts")}>
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
        {facts.map(([label, value]) => (
          <div key={label} className="min-w-0">
            <dt className="text-sm text-soft">{label}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
