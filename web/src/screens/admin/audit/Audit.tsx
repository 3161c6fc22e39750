import { getRouteApi, Link } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { ACTIONS, endOf, startOf, type AuditSearch } from "@/screens/admin/audit/filters";
import { Verdict } from "@/screens/admin/audit/Verdict";
import { Badge } from "@/ui/Badge";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/audit";
const route = getRouteApi("/in/admin/audit");

export function Audit() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (next: AuditSearch) => void navigate({ search: { ...search, ...next }, replace: true });
  const actionName = useActionName();
  const people = api.useQuery("get", "/api/v1/admin/users", { params: { query: { limit: 100 } } });
  const query = {
    user: search.user ?? null,
    action: search.action ?? null,
    from: search.from ? startOf(search.from) : null,
    to: search.to ? endOf(search.to) : null,
  };
  const entries = usePages(["get", PATH, query], async (cursor, signal) => {
    return (await http.GET(PATH, { params: { query: { ...query, cursor, limit: 50 } }, signal })).data!;
  });
  const filtered = Object.values(search).some(Boolean);
  return (
    <Page title={t("admin.places.audit")} actions={<Verdict />}>
      <div className="grid gap-3 sm:grid-cols-2 2xl:grid-cols-4">
        <Select<string>
          label={t("audit.person")}
          value={search.user ?? ""}
          choose={(user) => choose({ user: user || undefined })}
          options={[{ value: "", label: t("audit.anybody") }, ...(people.data?.items ?? []).map((each) => ({ value: each.id, label: each.name }))]}
        />
        <Select<string>
          label={t("audit.action")}
          value={search.action ?? ""}
          choose={(action) => choose({ action: action || undefined })}
          options={[{ value: "", label: t("audit.anything") }, ...ACTIONS.map((each) => ({ value: each, label: actionName(each) }))]}
        />
        <Field label={t("audit.from")} type="date" value={search.from ?? ""} max={search.to} onChange={(event) => choose({ from: event.target.value || undefined })} />
        <Field label={t("audit.to")} type="date" value={search.to ?? ""} min={search.from} onChange={(event) => choose({ to: event.target.value || undefined })} />
      </div>
      {entries.isError && <Failure error={entries.error} retry={() => void entries.refetch()} />}
      {entries.isPending && <Skeleton className="h-96 rounded-xl" />}
      {entries.isSuccess && entries.items.length === 0 && (
        <Empty icon={ScrollText} title={t(filtered ? "audit.noneFound" : "audit.none")}>
          {filtered && t("audit.noneFoundHint")}
        </Empty>
      )}
      {entries.items.length > 0 && (
        <ol className="divide-y divide-line rounded-xl border border-line bg-raised">
          {entries.items.map((entry) => (
            <Line key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      <More pages={entries} />
    </Page>
  );
}

function Line({ entry }: { entry: Schemas["AuditItem"] }) {
  const { t, i18n } = useTranslation();
  const { moment } = useFormats();
  const actionName = useActionName();
  const inWords = (words: "signIns.reason" | "people.way", name: string | null) =>
    name && (i18n.exists(`${words}.${name}`) ? t(`${words}.${name}` as "people.way.plex") : name.replaceAll("_", " "));
  const reason = inWords("signIns.reason", entry.reason);
  const who = entry.actor ?? entry.user;
  const whom = entry.actor && entry.user && entry.actor.id !== entry.user.id ? entry.user : null;
  const about = [inWords("people.way", entry.method), entry.browser, entry.place];
  return (
    <li className="flex flex-col gap-1 px-4 py-3 sm:flex-row sm:items-baseline sm:gap-4">
      <time dateTime={entry.at} className="shrink-0 text-sm text-soft tabular-nums sm:w-44">
        {moment(entry.at)}
      </time>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{actionName(entry.action)}</span>
          {who && <Person of={who} />}
          {whom && (
            <>
              <span aria-hidden>→</span>
              <Person of={whom} />
            </>
          )}
          {entry.result !== "ok" && (
            <Badge tone={entry.result === "refused" ? "bad" : "warn"}>
              {t(`audit.results.${entry.result}` as "audit.results.refused", { defaultValue: entry.result })}
            </Badge>
          )}
        </p>
        {(reason ?? entry.target) && <p className="text-sm break-all text-soft">{[reason, entry.target].filter(Boolean).join(" · ")}</p>}
        <p className="text-sm text-soft">{about.filter(Boolean).join(" · ")}</p>
      </div>
    </li>
  );
}

function Person({ of: { id, name } }: { of: Schemas["Somebody"] }) {
  const { t } = useTranslation();
  if (!name) return <span className="text-soft">{t("audit.gone")}</span>;
  return (
    <Link to="/admin/people/$id" params={{ id }} className="underline-offset-2 hover:underline">
      {name}
    </Link>
  );
}

/** What is not in the catalogue is shown as the log has it: nothing is left out for want of a word. */
function useActionName(): (action: string) => string {
  const { t, i18n } = useTranslation();
  return (action) => (i18n.exists(`audit.actions.${action}`) ? t(`audit.actions.${action}` as "audit.actions.sign_in") : action.replaceAll("_", " "));
}
