import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { LongField } from "@/ui/LongField";
import { Panel } from "@/ui/Panel";
import { useToasts } from "@/ui/Toasts";

const LIST = ["/api/v1/admin/notifications/templates"];
const PATH = "/api/v1/admin/notifications/templates/{type}/{locale}/{channel}";

export function TemplateEditor({ template }: { template: Schemas["Template"] }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const { type, locale, channel, own, builtIn } = template;
  const [title, setTitle] = useState((own ?? builtIn)?.title ?? "");
  const [body, setBody] = useState((own ?? builtIn)?.body ?? "");
  const params = { path: { type, locale, channel } };
  const looking = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/admin/notifications/templates/preview", { body: { type, locale, channel, title, body } })).data!,
  });
  const keeping = useMutation({
    mutationFn: () => http.PUT(PATH, { params, body: { title, body, version: own?.version ?? null } }),
    onSuccess: async () => {
      tell({ title: t("templates.kept") });
      await readAgain(LIST);
    },
  });
  const error = keeping.error ?? looking.error;
  const wrong = error instanceof Problem ? error.fields : {};
  const outdated = error instanceof Problem && error.code === "TEMPLATE_OUTDATED";
  return (
    <>
      <Panel title={t(own ? "templates.own" : "templates.builtIn")}>
        {own?.failure && <p className="text-bad">{t("templates.failed", { failure: own.failure })}</p>}
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            looking.reset();
            keeping.mutate();
          }}
        >
          <Field label={t("templates.title")} required maxLength={500} value={title} wrong={wrong["title"]} onChange={(event) => setTitle(event.target.value)} />
          <LongField label={t("templates.body")} required rows={6} maxLength={4000} value={body} wrong={wrong["body"]} onChange={(event) => setBody(event.target.value)} />
          <details>
            <summary className="flex min-h-11 cursor-pointer items-center text-soft">{t("templates.variables")}</summary>
            <dl className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-[auto_minmax(0,1fr)]">
              {Object.entries(template.variables).map(([name, example]) => (
                <div key={name} className="contents">
                  <dt className="font-mono">{`{{ ${name} }}`}</dt>
                  <dd className="mb-2 break-words text-soft">{typeof example === "string" ? example : JSON.stringify(example)}</dd>
                </div>
              ))}
            </dl>
          </details>
          {error !== null && <Failure error={error} {...(outdated && { retry: () => void readAgain(LIST) })} />}
          <div className="flex flex-wrap gap-3">
            <Button look="main" type="submit" busy={keeping.isPending}>
              {t("templates.keep")}
            </Button>
            <Button
              busy={looking.isPending}
              onClick={() => {
                keeping.reset();
                looking.mutate();
              }}
            >
              {t("templates.preview")}
            </Button>
            {own && (
              <Confirm
                title={t("templates.resetTitle")}
                act={t("templates.reset")}
                trigger={<Button look="quiet">{t("templates.reset")}</Button>}
                onConfirm={async () => {
                  await http.DELETE(PATH, { params });
                  await readAgain(LIST);
                }}
              >
                {t("templates.resetLost")}
              </Confirm>
            )}
          </div>
        </form>
      </Panel>
      <div aria-live="polite" className="flex flex-col gap-3">
        {looking.data?.items.map((each, place) => (
          <article key={place} aria-label={t("templates.preview")} className="rounded-xl border border-line bg-raised p-4">
            <p className="font-semibold break-words">{each.title}</p>
            <p className="mt-1 break-words whitespace-pre-line">{each.body}</p>
          </article>
        ))}
      </div>
    </>
  );
}
