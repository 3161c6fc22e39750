import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { useFormats } from "@/i18n/formats";
import { isAsForRole, quotaBody, quotaForm, type Kind, type LimitForm } from "@/screens/admin/people/quotaForm";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/media/quotas/{user_id}";

/** How much this person may request: what holds, what is used, and what is laid down for them alone. */
export function RequestQuota({ id }: { id: string }) {
  const { t } = useTranslation();
  const quota = api.useQuery("get", PATH, { params: { path: { user_id: id } } });
  return (
    <Panel title={t("quotas.requests")} hint={t("quotas.requestsHint")}>
      {quota.isError && <Failure error={quota.error} retry={() => void quota.refetch()} />}
      {quota.isPending && <Skeleton className="h-72" />}
      {quota.data && (
        <>
          <Used quota={quota.data} />
          <Form key={quota.data.setAt} quota={quota.data} />
        </>
      )}
    </Panel>
  );
}

function Used({ quota: { quota } }: { quota: Schemas["PersonQuota"] }) {
  const { t } = useTranslation();
  if (!quota) return <p className="text-soft">{t("quotas.unknown")}</p>;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Meter name={t("quotas.movie")} state={quota.movie} />
      <Meter name={t("quotas.tv")} state={quota.tv} />
    </div>
  );
}

function Meter({ name, state }: { name: string; state: Schemas["QuotaState"] }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  return (
    <div>
      <p className="font-medium">{name}</p>
      <p className="text-sm text-soft">
        {state.limit === null
          ? t("quotas.usedFree", { used: state.used, count: state.days })
          : t("quotas.usedOf", { used: state.used, limit: state.limit, count: state.days })}
      </p>
      {state.limit !== null && state.limit > 0 && (
        <progress aria-label={name} value={Math.min(state.used, state.limit)} max={state.limit} className="mt-1 h-2 w-full accent-accent" />
      )}
      {state.remaining === 0 && state.resetsAt && <p className="text-sm text-warn">{t("quotas.again", { when: ago(state.resetsAt) })}</p>}
    </div>
  );
}

function Form({ quota }: { quota: Schemas["PersonQuota"] }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [form, setForm] = useState(() => quotaForm(quota));
  const saving = useMutation({
    mutationFn: async () => {
      const params = { path: { user_id: quota.user.id } };
      const body = quotaBody(form);
      await (isAsForRole(body) ? http.DELETE(PATH, { params }) : http.PUT(PATH, { params, body }));
    },
    onSuccess: () => {
      tell({ title: t("quotas.saved") });
      void readAgain(["/api/v1/media/quota"]);
    },
  });
  const wrong = saving.error instanceof Problem ? saving.error.fields : {};
  const named = Object.keys(wrong).some((each) => /^(movie|tv)\./.test(each));
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      {(["movie", "tv"] as const).map((type) => (
        <Limit
          key={type}
          name={t(`quotas.${type}`)}
          value={form[type]}
          change={(next) => setForm({ ...form, [type]: next })}
          wrong={{ limit: wrong[`${type}.limit`], days: wrong[`${type}.days`] }}
        />
      ))}
      <Select
        label={t("quotas.may4k.title")}
        value={form.may4k}
        choose={(may4k) => setForm({ ...form, may4k })}
        options={(["role", "yes", "no"] as const).map((value) => ({ value, label: t(`quotas.may4k.${value}`) }))}
      />
      {saving.isError && !named && <Failure error={saving.error} />}
      <Button type="submit" look="main" busy={saving.isPending} className="self-start">
        {t("quotas.save")}
      </Button>
    </form>
  );
}

interface LimitProps {
  name: string;
  value: LimitForm;
  change: (next: LimitForm) => void;
  wrong: { limit?: string | undefined; days?: string | undefined };
}

function Limit({ name, value, change, wrong }: LimitProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="grid items-start gap-3 sm:grid-cols-3">
      <legend className="sr-only">{name}</legend>
      <Select<Kind>
        label={name}
        value={value.kind}
        choose={(kind) => change({ ...value, kind })}
        options={(["role", "none", "own"] as const).map((kind) => ({ value: kind, label: t(`quotas.kinds.${kind}`) }))}
      />
      {value.kind === "own" && (
        <>
          <Field
            label={t("quotas.limit")}
            type="number"
            inputMode="numeric"
            min={0}
            max={10_000}
            required
            value={value.limit}
            wrong={wrong.limit}
            onChange={(event) => change({ ...value, limit: event.target.value })}
          />
          <Field
            label={t("quotas.days")}
            type="number"
            inputMode="numeric"
            min={1}
            max={365}
            required
            value={value.days}
            wrong={wrong.days}
            onChange={(event) => change({ ...value, days: event.target.value })}
          />
        </>
      )}
    </fieldset>
  );
}
