import { useMutation } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, queries, type Schemas } from "@/api/client";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { LongField } from "@/ui/LongField";

export function incidentsChanged(): Promise<void> {
  return queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/v1/admin/incidents") });
}

export function Note({ note, incidentId }: { note: Schemas["IncidentNote"]; incidentId: string }) {
  const { t } = useTranslation();
  const remove = async () => {
    await http.DELETE("/api/v1/admin/incidents/{id}/notes/{note_id}", { params: { path: { id: incidentId, note_id: note.id } } });
    await incidentsChanged();
  };
  return (
    <div className="flex items-start justify-between gap-3 rounded-lg bg-ground p-3">
      <p className="min-w-0 break-words whitespace-pre-line">
        <span className="sr-only">{t("system.incidents.noted")}: </span>
        {note.text}
      </p>
      <Confirm
        title={t("system.incidents.removeNoteTitle")}
        act={t("system.incidents.removeNote")}
        trigger={
          <Button look="quiet" aria-label={t("system.incidents.removeNote")} className="-my-2 w-11 shrink-0 px-0">
            <Trash2 aria-hidden className="size-4" />
          </Button>
        }
        onConfirm={remove}
      >
        {note.text}
      </Confirm>
    </div>
  );
}

export function AddNote({ incidentId }: { incidentId: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const adding = useMutation({
    mutationFn: async () => {
      await http.POST("/api/v1/admin/incidents/{id}/notes", { params: { path: { id: incidentId } }, body: { text: text.trim() } });
      setText("");
      await incidentsChanged();
    },
  });
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) adding.mutate();
      }}
    >
      <LongField
        label={t("system.incidents.note")}
        hint={t("system.incidents.noteHint")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        maxLength={1000}
        rows={2}
        required
      />
      {adding.isError && <Failure error={adding.error} />}
      <Button type="submit" busy={adding.isPending} className="self-start">
        {t("system.incidents.add")}
      </Button>
    </form>
  );
}
