import { useQueryClient, useMutation } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { Problem } from "@/api/problem";
import { changeOf, FORMS, mailServerOf, needsSecret, type Change, type Kind } from "@/screens/setup/integrationForm";
import type { Integration } from "@/screens/setup/progress";
import { Tried, type Report } from "@/screens/setup/Tried";
import { problemFields } from "@/screens/signin/Invite";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { PasswordField } from "@/ui/PasswordField";
import { Select } from "@/ui/Select";

interface IntegrationFormProps {
  kind: Kind;
  integration: Integration | undefined;
  /** Where to find what is asked for. */
  help?: ReactNode;
}

/** One system that the portal works with: tried first, kept when it works, or when one wants it all the same. */
export function IntegrationForm({ kind, integration, help }: IntegrationFormProps) {
  const { t } = useTranslation();
  const title = t(`setup.kinds.${kind}.name`);
  if (!integration)
    return (
      <Panel title={title}>
        <p className="text-soft">{t("unavailable")}</p>
      </Panel>
    );
  const set = integration.configured && integration.enabled;
  return (
    <Panel
      title={title}
      hint={t(`setup.kinds.${kind}.what`)}
      actions={set ? <Badge tone="good">{t("setup.connected")}</Badge> : undefined}
    >
      {integration.source === "settings" ? <FromSettings integration={integration} /> : <Form kind={kind} integration={integration} help={help} />}
    </Panel>
  );
}

function FromSettings({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const trying = useMutation({ mutationFn: () => tried(integration.kind, {}) });
  return (
    <>
      <p className="text-soft">{t("setup.fromSettings")}</p>
      <dl className="grid gap-x-6 gap-y-1 sm:grid-cols-[auto_minmax(0,1fr)]">
        {integration.url && (
          <>
            <dt className="text-soft">{t("setup.address")}</dt>
            <dd className="break-all">{integration.url}</dd>
          </>
        )}
        <dt className="text-soft">{t("setup.variables")}</dt>
        <dd className="font-mono text-sm break-all">{integration.variables.join(", ")}</dd>
      </dl>
      <Tried report={trying.data} />
      {trying.isError && <Failure error={trying.error} />}
      <Button busy={trying.isPending} onClick={() => trying.mutate()} className="self-start">
        {t("setup.test")}
      </Button>
    </>
  );
}

function Form({ kind, integration, help }: Required<Pick<IntegrationFormProps, "kind">> & { integration: Integration; help?: ReactNode }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = FORMS[kind];
  const [url, setUrl] = useState(integration.url ?? "");
  const keep = async (change: Change) => {
    const body = { ...change, enabled: true, version: integration.version };
    await http.PUT("/api/v1/admin/services/{kind}", { params: { path: { kind } }, body });
    await queries.invalidateQueries({ predicate: ({ queryKey }) => touches(queryKey[1]) });
  };
  const trying = useMutation({
    mutationFn: async (change: Change) => {
      const report = await tried(kind, change);
      const works = report.outcome === "ok" || report.outcome === "warning";
      if (works) await keep(change);
      return { report, change, kept: works };
    },
  });
  const keeping = useMutation({ mutationFn: keep });
  const error = keeping.error ?? trying.error;
  const fields = problemFields(error);
  const outdated = error instanceof Problem && error.code === "INTEGRATION_OUTDATED";
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    keeping.reset();
    trying.mutate(changeOf(kind, integration, new FormData(event.currentTarget)));
  };
  const present = needsSecret(integration, form.address === "url" ? url : (integration.url ?? "")) ? undefined : t("setup.secretKept");
  const { data } = trying;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {integration.problem && <p className="text-sm text-bad">{integration.problem}</p>}
      {form.address === "url" && (
        <Field
          label={t("setup.address")}
          name="url"
          inputMode="url"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          placeholder={form.usual}
          required={form.needsAddress}
          wrong={fields["url"]}
          hint={t(form.needsAddress ? "setup.addressHint" : "setup.addressFound")}
        />
      )}
      {form.address === "mail" && <MailFields url={integration.url} wrong={fields["url"]} />}
      {form.options.map((name) => {
        const value = integration.options[name];
        return (
          <Field
            key={name}
            label={t(`setup.option.${name}` as "setup.option.from")}
            name={name}
            defaultValue={typeof value === "string" ? value : ""}
            required={name === "from"}
            autoComplete="off"
            wrong={fields[`options.${name}`]}
            hint={t(`setup.optionHint.${name}` as "setup.optionHint.from")}
          />
        );
      })}
      <PasswordField
        label={t(`setup.kinds.${kind}.secret`)}
        name="secret"
        autoComplete="off"
        required={kind !== "smtp" && !present}
        wrong={fields["secret"]}
        hint={present}
      />
      {help && <Help>{help}</Help>}
      <Tried report={data?.report} kept={data?.kept} />
      {error !== null && (Object.keys(fields).length === 0 || outdated) && <Failure error={error} {...(outdated && { retry: () => void queries.invalidateQueries() })} />}
      <div className="flex flex-wrap gap-3">
        <Button look="main" type="submit" busy={trying.isPending}>
          {t("setup.testAndKeep")}
        </Button>
        {data && !data.kept && !keeping.isSuccess && (
          <Button busy={keeping.isPending} onClick={() => keeping.mutate(data.change)}>
            {t("setup.keepAnyway")}
          </Button>
        )}
      </div>
    </form>
  );
}

function MailFields({ url, wrong }: { url: string | null; wrong: string | undefined }) {
  const { t } = useTranslation();
  const server = mailServerOf(url);
  return (
    <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_6rem_minmax(0,12rem)]">
      <Field label={t("setup.mail.host")} name="host" defaultValue={server.host} placeholder={FORMS.smtp.usual} required autoCapitalize="none" autoComplete="off" wrong={wrong} />
      <Field label={t("setup.mail.port")} name="port" defaultValue={server.port} inputMode="numeric" pattern="[0-9]{1,5}" required />
      <Select
        label={t("setup.mail.security")}
        name="tls"
        defaultValue={server.tls}
        options={(["starttls", "implicit", "none"] as const).map((value) => ({ value, label: t(`setup.mail.${value}`) }))}
      />
    </div>
  );
}

function Help({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <details className="rounded-lg border border-line px-4">
      <summary className="flex min-h-11 cursor-pointer items-center font-medium">{t("setup.where")}</summary>
      <div className="flex flex-col gap-2 pb-4 text-soft">{children}</div>
    </details>
  );
}

async function tried(kind: Integration["kind"], what: Partial<Change>): Promise<Report> {
  const { data } = await http.POST("/api/v1/admin/services/{kind}/test", { params: { path: { kind } }, body: what });
  return data!;
}

/** What another server behind the portal makes old. */
function touches(path: unknown): boolean {
  return typeof path === "string" && ["/api/v1/admin/", "/api/v1/plex/", "/api/v1/youtube/tools", "/api/v1/notifications/channels", "/api/v1/auth/providers"].some((each) => path.startsWith(each));
}
