import { Link } from "@tanstack/react-router";
import { ChevronRight, ShieldCheck, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { ImportFromPlex } from "@/screens/admin/people/ImportFromPlex";
import { Initial } from "@/screens/admin/people/Initial";
import { useTyped } from "@/screens/admin/useTyped";
import { Badge } from "@/ui/Badge";
import { buttonLook } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/users";
type Role = Schemas["Role"] | "any";
type Standing = Schemas["UserStatus"] | "any";

export function People() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [role, setRole] = useState<Role>("any");
  const [standing, setStanding] = useState<Standing>("any");
  const q = useTyped(typed.trim());
  const query = { q: q || null, role: role === "any" ? null : role, status: standing === "any" ? null : standing };
  const people = usePages(["get", PATH, query], async (cursor, signal) => {
    return (await http.GET(PATH, { params: { query: { ...query, cursor, limit: 50 } }, signal })).data!;
  });
  const filtered = Boolean(query.q ?? query.role ?? query.status);
  return (
    <Page
      title={t("admin.places.people")}
      actions={
        <>
          <ImportFromPlex />
          <Link to="/admin/invites" preload="intent" className={buttonLook("main")}>
            <UserPlus aria-hidden className="size-5" />
            {t("people.invite")}
          </Link>
        </>
      }
    >
      <div className="grid gap-3 sm:grid-cols-[1fr_auto_auto]">
        <Field label={t("people.search")} type="search" value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
        <Select<Role>
          label={t("people.role")}
          value={role}
          choose={setRole}
          options={(["any", "owner", "admin", "user"] as const).map((value) => ({ value, label: t(`people.roles.${value}`) }))}
        />
        <Select<Standing>
          label={t("people.standing")}
          value={standing}
          choose={setStanding}
          options={(["any", "active", "suspended"] as const).map((value) => ({ value, label: t(`people.standings.${value}`) }))}
        />
      </div>
      {people.isError && <Failure error={people.error} retry={() => void people.refetch()} />}
      {people.isPending && <Skeleton className="h-96 rounded-xl" />}
      {people.isSuccess && people.items.length === 0 && (
        <Empty icon={Users} title={t(filtered ? "people.noneFound" : "people.none")}>
          {t(filtered ? "people.noneFoundHint" : "people.noneHint")}
        </Empty>
      )}
      {people.items.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
          {people.items.map((person) => (
            <li key={person.id}>
              <Line person={person} />
            </li>
          ))}
        </ul>
      )}
      <More pages={people} />
    </Page>
  );
}

function Line({ person }: { person: Schemas["Account"] }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const me = useMe();
  return (
    <Link
      to="/admin/people/$id"
      params={{ id: person.id }}
      preload="intent"
      className="flex min-h-16 items-center gap-3 px-3 py-2 hover:bg-line/30 sm:px-4"
    >
      <Initial name={person.name} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-x-3">
          <span className="min-w-0 truncate font-medium">
            {person.name} {person.id === me.id && <span className="font-normal text-soft">({t("people.you")})</span>}
          </span>
          {person.role !== "user" && <Badge tone="calm">{t(`people.roles.${person.role}`)}</Badge>}
          {person.status === "suspended" && <Badge tone="bad">{t("people.standings.suspended")}</Badge>}
        </span>
        <span className="block truncate text-sm text-soft">{person.email ?? t("people.noEmail")}</span>
        <span className="block text-sm text-soft sm:hidden">{person.lastSeenAt ? t("people.seen", { when: ago(person.lastSeenAt) }) : t("people.neverSeen")}</span>
      </span>
      {person.secondFactor && (
        <span className="hidden items-center gap-1 text-sm text-soft md:flex">
          <ShieldCheck aria-hidden className="size-4" />
          {t("people.secondFactor")}
        </span>
      )}
      <span className="hidden w-44 text-right text-sm text-soft sm:block">
        {person.lastSeenAt ? t("people.seen", { when: ago(person.lastSeenAt) }) : t("people.neverSeen")}
      </span>
      <ChevronRight aria-hidden className="size-5 shrink-0 text-soft" />
    </Link>
  );
}
