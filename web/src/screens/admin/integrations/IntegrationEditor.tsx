import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { CHOICES, optionsOf, USUAL, type Kind } from "@/screens/admin/integrations/kinds";
import { readAgain } from "@/screens/admin/useChange";
import { needsSecret, webAddress } from "@/screens/setup/integrationForm";
import { Tried } from "@/screens/setup/Tried";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { PasswordField } from "@/ui/PasswordField";
import { said } from "@/ui/said";
import { Select } from "@/ui/Select";
import { useToasts } from "@/ui/Toasts";

const TOUCHES = ["/api/v1/admin/", "/api/v1/plex/", "/api/v1/media/defaults"];

const ADDRESS_HINTS = { smtp: "integrations.urlMail", plex: "integrations.urlPlex", tmdb: "integrations.urlTmdb" } as Partial<
  Record<Kind, "integrations.urlMail" | "integrations.urlPlex" | "integrations.urlTmdb">
>;

/** Everything of one integration. A key is written and never read: left empty, the present one stays. */
export function IntegrationEditor({ integration }: { integration: Schemas["Integration"] }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const { kind } = integration;
  const form = useRef<HTMLFormElement>(null);
  const [url, setUrl] = useState(integration.url ?? "");
  const read = () => {
    const data = new FormData(form.current!);
    return {
      url: kind === "smtp" ? said(data, "url").trim() : webAddress(said(data, "url").trim()),
      secret: said(data, "secret") || null,
      options: optionsOf(integration.options, data),
    };
  };
  const params = { path: { kind } };
  const trying = useMutation({ mutationFn: async () => (await http.POST("/api/v1/admin/services/{kind}/test", { params, body: read() })).data! });
  const keeping = useMutation({
    mutationFn: () => {
      const enabled = said(form.current!, "enabled") === "on";
      return http.PUT("/api/v1/admin/services/{kind}", { params, body: { ...read(), enabled, version: integration.version } });
    },
    onSuccess: async () => {
      await readAgain(TOUCHES);
      tell({ title: t("integrations.kept", { name: integration.name }) });
    },
  });
  const error = keeping.error ?? trying.error;
  const wrong = error instanceof Problem ? error.fields : {};
  const outdated = error instanceof Problem && error.code === "INTEGRATION_OUTDATED";
  const secretKept = !needsSecret(integration, url);
  return (
    <Panel title={t("integrations.connection")}>
      <form
        ref={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          keeping.mutate();
        }}
      >
        <Field
          label={t("integrations.url")}
          name="url"
          inputMode="url"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          placeholder={USUAL[kind]}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          required={!["plex", "tmdb"].includes(kind)}
          wrong={wrong["url"]}
          hint={t(ADDRESS_HINTS[kind] ?? "integrations.urlHint")}
        />
        <PasswordField
          label={t(`integrations.secret.${kind}`)}
          name="secret"
          autoComplete="off"
          wrong={wrong["secret"]}
          hint={t(secretKept ? "integrations.secretKept" : integration.secretSet ? "integrations.secretElsewhere" : `integrations.where.${kind}`)}
        />
        {Object.entries(integration.options).map(([name, value]) => (
          <OptionField key={name} name={name} value={value} wrong={wrong[`options.${name}`]} />
        ))}
        <Check name="enabled" defaultChecked={integration.enabled || !integration.configured}>
          {t("integrations.enabled")}
        </Check>
        <Tried report={trying.data} />
        {error !== null && <Failure error={error} {...(outdated && { retry: () => void readAgain(TOUCHES) })} />}
        <div className="flex flex-wrap gap-3">
          <Button look="main" type="submit" busy={keeping.isPending}>
            {t("integrations.keep")}
          </Button>
          <Button
            busy={trying.isPending}
            onClick={() => {
              keeping.reset();
              trying.mutate();
            }}
          >
            {t("integrations.test")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function OptionField({ name, value, wrong }: { name: string; value: string | boolean; wrong: string | undefined }) {
  const { t, i18n } = useTranslation();
  const key = `integrations.option.${name}`;
  const label = i18n.exists(key) ? t(key as "integrations.option.from") : name;
  const hint = i18n.exists(`integrations.optionHint.${name}`) ? t(`integrations.optionHint.${name}` as "integrations.optionHint.tags") : undefined;
  if (typeof value === "boolean")
    return (
      <Check name={`option-${name}`} defaultChecked={value}>
        {label}
      </Check>
    );
  if (CHOICES[name])
    return (
      <Select
        label={label}
        name={`option-${name}`}
        defaultValue={value}
        options={CHOICES[name].map((each) => ({ value: each, label: t(`integrations.choice.${each}` as "integrations.choice.released") }))}
      />
    );
  return <Field label={label} name={`option-${name}`} defaultValue={value} autoComplete="off" wrong={wrong} {...(hint ? { hint } : {})} />;
}
