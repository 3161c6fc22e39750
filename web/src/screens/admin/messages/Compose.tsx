import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { addressees, broadcastBody, EMPTY, hasAddressees, type Draft } from "@/screens/admin/messages/draft";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { LongField } from "@/ui/LongField";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";
import { useToasts } from "@/ui/Toasts";

/** Written, looked at as people will see it, with how many it reaches; then sent. */
export function Compose() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [draft, setDraft] = useState(EMPTY);
  const [looking, setLooking] = useState(false);
  const change = (next: Partial<Draft>) => setDraft((now) => ({ ...now, ...next }));
  const sending = useMutation({
    mutationFn: () => http.POST("/api/v1/admin/broadcasts", { body: broadcastBody(draft) }),
    onSuccess: () => {
      tell({ title: t("broadcasts.done") });
      setDraft(EMPTY);
      setLooking(false);
      void readAgain(["/api/v1/admin/broadcasts"]);
    },
    onError: () => setLooking(false),
  });
  const wrong = sending.error instanceof Problem ? sending.error.fields : {};
  if (looking) return <Preview draft={draft} busy={sending.isPending} send={() => sending.mutate()} back={() => setLooking(false)} />;
  return (
    <Panel title={t("broadcasts.new")} hint={t("broadcasts.hint")}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          sending.reset();
          setLooking(true);
        }}
      >
        <Audience draft={draft} change={change} />
        <Field
          label={t("broadcasts.title")}
          required
          maxLength={150}
          value={draft.title}
          wrong={wrong["title"]}
          onChange={(event) => change({ title: event.target.value })}
        />
        <LongField
          label={t("broadcasts.body")}
          required
          maxLength={2000}
          value={draft.body}
          wrong={wrong["body"]}
          onChange={(event) => change({ body: event.target.value })}
        />
        <details>
          <summary className="flex min-h-11 cursor-pointer items-center text-soft">{t("broadcasts.more")}</summary>
          <div className="grid items-start gap-4 pt-2 sm:grid-cols-2">
            <Field
              label={t("broadcasts.link")}
              hint={t("broadcasts.linkHint")}
              placeholder="/requests"
              pattern="/.*"
              maxLength={500}
              value={draft.link}
              wrong={wrong["link"]}
              onChange={(event) => change({ link: event.target.value })}
            />
            <Field
              label={t("broadcasts.expires")}
              hint={t("broadcasts.expiresHint")}
              type="datetime-local"
              value={draft.expires}
              wrong={wrong["expiresAt"]}
              onChange={(event) => change({ expires: event.target.value })}
            />
            <Select<Schemas["Urgency"]>
              label={t("broadcasts.urgency.title")}
              value={draft.urgency}
              choose={(urgency) => change({ urgency })}
              options={(["low", "normal", "high"] as const).map((value) => ({ value, label: t(`broadcasts.urgency.${value}`) }))}
            />
            <Check checked={draft.pinned} onChange={(event) => change({ pinned: event.target.checked })}>
              {t("broadcasts.pin")}
            </Check>
          </div>
        </details>
        {sending.isError && <Failure error={sending.error} />}
        <Button look="main" type="submit" disabled={!hasAddressees(draft)} className="self-start">
          {t("broadcasts.look")}
        </Button>
      </form>
    </Panel>
  );
}

function Audience({ draft, change }: { draft: Draft; change: (next: Partial<Draft>) => void }) {
  const { t } = useTranslation();
  const people = api.useQuery("get", "/api/v1/admin/users", { params: { query: { limit: 100, status: "active" } } }, { enabled: draft.audience === "people" });
  return (
    <>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Select<Draft["audience"]>
          label={t("broadcasts.to")}
          value={draft.audience}
          choose={(audience) => change({ audience })}
          options={(["everyone", "role", "people"] as const).map((value) => ({ value, label: t(`broadcasts.audience.${value}`) }))}
        />
        {draft.audience === "role" && (
          <Select<Schemas["Role"]>
            label={t("people.role")}
            value={draft.role}
            choose={(role) => change({ role })}
            options={(["user", "admin", "owner"] as const).map((value) => ({ value, label: t(`people.roles.${value}`) }))}
          />
        )}
      </div>
      {draft.audience === "people" && (
        <fieldset className="max-h-64 overflow-y-auto rounded-lg border border-line px-3 py-1">
          <legend className="sr-only">{t("broadcasts.audience.people")}</legend>
          {people.isError && <Failure error={people.error} retry={() => void people.refetch()} />}
          {people.data?.items.map((each) => (
            <Check
              key={each.id}
              checked={draft.userIds.includes(each.id)}
              onChange={(event) => change({ userIds: event.target.checked ? [...draft.userIds, each.id] : draft.userIds.filter((id) => id !== each.id) })}
            >
              {each.name}
            </Check>
          ))}
        </fieldset>
      )}
    </>
  );
}

function Preview({ draft, busy, send, back }: { draft: Draft; busy: boolean; send: () => void; back: () => void }) {
  const { t } = useTranslation();
  const reach = api.useQuery("post", "/api/v1/admin/broadcasts/reach", { body: addressees(draft) }, { staleTime: 0 });
  return (
    <Panel title={t("broadcasts.preview")}>
      <article className="rounded-lg border border-line bg-ground p-4">
        <p className="font-semibold break-words">{draft.title}</p>
        <p className="mt-1 break-words whitespace-pre-line">{draft.body}</p>
        {draft.link && <p className="mt-2 text-sm break-all text-soft">{draft.link}</p>}
      </article>
      <p role="status" className="min-h-6 font-medium">
        {reach.data && t("broadcasts.reach", { count: reach.data.people })}
      </p>
      {reach.isError && <Failure error={reach.error} retry={() => void reach.refetch()} />}
      <div className="flex flex-wrap gap-3">
        <Button look="main" busy={busy} disabled={reach.data?.people === 0} onClick={send}>
          {t("broadcasts.send")}
        </Button>
        <Button onClick={back}>{t("broadcasts.edit")}</Button>
      </div>
    </Panel>
  );
}
