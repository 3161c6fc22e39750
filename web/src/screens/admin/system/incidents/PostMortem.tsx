import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { incidentsChanged } from "@/screens/admin/system/incidents/Notes";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { LongField } from "@/ui/LongField";
import { Panel } from "@/ui/Panel";

/** What was learnt. What somebody types is kept when another has written meanwhile. */
export function PostMortem({ incident }: { incident: Schemas["Incident"] }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<{ text: string; version: number } | null>(null);
  const put = async (text: string | null, version: number) => {
    await http.PUT("/api/v1/admin/incidents/{id}/post-mortem", { params: { path: { id: incident.id } }, body: { text, version } });
    await incidentsChanged();
    setDraft(null);
  };
  const saving = useMutation({ mutationFn: ({ text, version }: { text: string; version: number }) => put(text.trim(), version) });
  const isOvertaken = saving.error instanceof Problem && saving.error.code === "POST_MORTEM_CHANGED";
  const begin = () => {
    saving.reset();
    setDraft({ text: incident.postMortem ?? "", version: incident.postMortemVersion });
  };
  return (
    <Panel title={t("system.incidents.postMortem")} hint={t("system.incidents.postMortemHint")}>
      {draft ? (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (draft.text.trim()) saving.mutate(draft);
          }}
        >
          <LongField
            label={t("system.incidents.postMortem")}
            value={draft.text}
            onChange={(event) => setDraft({ ...draft, text: event.target.value })}
            maxLength={4000}
            rows={8}
            required
            autoFocus
          />
          {saving.isError && !isOvertaken && <Failure error={saving.error} />}
          {isOvertaken && (
            <div role="alert" className="flex flex-col items-start gap-3 rounded-xl border border-warn p-4">
              <p>{t("system.act.changedMeanwhile")}</p>
              <Button onClick={() => void incidentsChanged().then(() => setDraft(null))}>{t("system.act.loadAnew")}</Button>
            </div>
          )}
          <div className="flex flex-wrap gap-3">
            <Button look="main" type="submit" busy={saving.isPending}>
              {t("system.act.save")}
            </Button>
            <Button onClick={() => setDraft(null)}>{t("cancel")}</Button>
          </div>
        </form>
      ) : (
        <>
          <p className={incident.postMortem ? "break-words whitespace-pre-line" : "text-soft"}>
            {incident.postMortem ?? t("system.incidents.postMortemNone")}
          </p>
          <div className="flex flex-wrap gap-3">
            <Button onClick={begin}>{incident.postMortem ? t("system.act.edit") : t("system.incidents.write")}</Button>
            {incident.postMortem && (
              <Confirm
                title={t("system.incidents.takeAwayTitle")}
                act={t("system.incidents.takeAway")}
                trigger={<Button look="quiet">{t("system.incidents.takeAway")}</Button>}
                onConfirm={() => put(null, incident.postMortemVersion)}
              >
                {t("system.incidents.takeAwayWhat")}
              </Confirm>
            )}
          </div>
        </>
      )}
    </Panel>
  );
}
