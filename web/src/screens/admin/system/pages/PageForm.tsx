import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { bodyOf, titled, type PageDraft } from "@/screens/admin/system/pages/draft";
import { ShownMonitors } from "@/screens/admin/system/pages/ShownMonitors";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { LongField } from "@/ui/LongField";
import { Panel } from "@/ui/Panel";

interface PageFormProps {
  begin: PageDraft;
  monitors: readonly Schemas["Monitor"][];
  save: (body: Schemas["StatusPageBody"]) => Promise<unknown>;
  act: string;
  loadAnew?: () => void;
}

export function PageForm({ begin, monitors, save, act, loadAnew }: PageFormProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(begin);
  const saving = useMutation({ mutationFn: () => save(bodyOf(draft)) });
  const problem = saving.error instanceof Problem ? saving.error : null;
  const wrong = problem?.fields ?? {};
  const isTaken = problem?.code === "SLUG_TAKEN";
  const isOvertaken = problem?.code === "PAGE_CHANGED" && loadAnew;
  return (
    <form
      className="flex flex-col gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <Panel title={t("system.maintenance.what")}>
        <Field
          label={t("system.pages.name")}
          value={draft.title}
          onChange={(event) => setDraft(titled(draft, event.target.value))}
          wrong={wrong["title"]}
          maxLength={100}
          required
        />
        <Field
          label={t("system.pages.slug")}
          hint={t("system.pages.slugHint")}
          value={draft.slug}
          onChange={(event) => setDraft({ ...draft, slug: event.target.value })}
          wrong={isTaken ? t("system.pages.slugTaken") : wrong["slug"]}
          pattern="[a-z0-9]+(-[a-z0-9]+)*"
          title={t("system.pages.slugHint")}
          maxLength={60}
          spellCheck={false}
          required
        />
        <LongField
          label={t("system.pages.description")}
          value={draft.description}
          onChange={(event) => setDraft({ ...draft, description: event.target.value })}
          wrong={wrong["description"]}
          maxLength={1000}
          rows={3}
        />
        <Check checked={draft.published} onChange={(event) => setDraft({ ...draft, published: event.target.checked })}>
          {t("system.pages.publish")}
          <span className="block text-sm text-soft">{t("system.pages.publishHint")}</span>
        </Check>
      </Panel>
      <ShownMonitors shown={draft.monitors} change={(shown) => setDraft({ ...draft, monitors: shown })} monitors={monitors} />
      {isOvertaken ? (
        <div role="alert" className="flex flex-col items-start gap-3 rounded-xl border border-warn p-4">
          <p>{t("system.act.changedMeanwhile")}</p>
          <Button onClick={loadAnew}>{t("system.act.loadAnew")}</Button>
        </div>
      ) : (
        saving.isError && !isTaken && <Failure error={saving.error} />
      )}
      <Button look="main" type="submit" busy={saving.isPending} className="self-start">
        {act}
      </Button>
    </form>
  );
}
