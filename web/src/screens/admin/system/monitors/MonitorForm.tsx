import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { Decisions } from "@/screens/admin/system/monitors/Decisions";
import { mistakesIn, ofKind, type MonitorDraft } from "@/screens/admin/system/monitors/draft";
import { KINDS } from "@/screens/admin/system/monitors/spec";
import { SpecFields } from "@/screens/admin/system/monitors/SpecFields";
import { Trial } from "@/screens/admin/system/monitors/Trial";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";

interface MonitorFormProps {
  begin: MonitorDraft;
  /** The one that is changed; none for a new one. */
  monitor?: Schemas["Monitor"];
  others: readonly Schemas["Monitor"][];
  groups: readonly Schemas["MonitorGroup"][];
  save: (draft: MonitorDraft) => Promise<unknown>;
  /** The word on the button. */
  act: string;
  /** What else is asked before it is saved. */
  children?: ReactNode;
  /** Where somebody else has been quicker. */
  loadAnew?: () => void;
}

export function MonitorForm({ begin, monitor, others, groups, save, act, children, loadAnew }: MonitorFormProps) {
  const { t, i18n } = useTranslation();
  const [draft, setDraft] = useState(begin);
  const saving = useMutation({ mutationFn: () => save(draft) });
  const problem = saving.error instanceof Problem ? saving.error : null;
  const wrong = problem?.fields ?? {};
  const mistakes = mistakesIn(draft);
  const { kind } = draft;
  // All that are asked with a key are asked alike.
  const about = kind && (i18n.exists(`system.kindAbout.${kind}`) ? kind : "keyed");
  return (
    <form
      className="flex flex-col gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        if (Object.keys(mistakes).length === 0) saving.mutate();
      }}
    >
      <Panel title={t("system.monitor.what")}>
        {!monitor && kind && (
          <Select
            label={t("system.monitor.kind")}
            value={kind}
            choose={(next) => setDraft(ofKind(draft, next))}
            options={KINDS.map((each) => ({ value: each, label: t(`system.kind.${each}`) }))}
          />
        )}
        {about && <p className="text-sm text-soft">{t(`system.kindAbout.${about}` as "system.kindAbout.http")}</p>}
        {monitor && !kind && (
          <p className="text-soft">
            {monitor.madeBy ? t("system.monitor.madeBy", { setting: monitor.madeBy }) : t("system.monitor.madeByPortal")}
            {monitor.target && <span className="mt-1 block font-mono text-sm break-all">{monitor.target}</span>}
          </p>
        )}
        <Field
          label={t("system.monitor.name")}
          value={draft.name}
          onChange={(event) => setDraft({ ...draft, name: event.target.value })}
          wrong={wrong["name"]}
          maxLength={100}
          required
        />
        {kind && (
          <SpecFields
            key={kind}
            kind={kind}
            draft={draft.spec}
            change={(spec) => setDraft({ ...draft, spec })}
            secrets={monitor?.secrets ?? []}
            wrong={wrong}
          />
        )}
        {kind && kind !== "push" && <Trial draft={draft} kind={kind} id={monitor?.id} />}
      </Panel>
      <Decisions draft={draft} change={setDraft} mistakes={mistakes} wrong={wrong} others={others} groups={groups} />
      {children}
      {saving.isError && (
        <div className="flex flex-col gap-3">
          {problem?.code === "MONITOR_CHANGED" && loadAnew ? (
            <div role="alert" className="flex flex-col items-start gap-3 rounded-xl border border-warn p-4">
              <p>{t("system.act.changedMeanwhile")}</p>
              <Button onClick={loadAnew}>{t("system.act.loadAnew")}</Button>
            </div>
          ) : (
            <Failure error={saving.error} />
          )}
        </div>
      )}
      <Button look="main" type="submit" busy={saving.isPending} className="self-start">
        {act}
      </Button>
    </form>
  );
}
