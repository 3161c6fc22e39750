import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { documentIn, type Document } from "@/screens/admin/system/monitors/document";
import { Outcome } from "@/screens/admin/system/monitors/Outcome";
import { outcomeOf } from "@/screens/admin/system/monitors/outcomes";
import { monitorsChanged } from "@/screens/admin/system/monitors/useMonitors";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";

export function FromFile() {
  const { t } = useTranslation();
  const [document, setDocument] = useState<Document | null>(null);
  const [isWrong, setWrong] = useState(false);
  const importing = useMutation({
    mutationFn: async ({ document, dryRun }: { document: Document; dryRun: boolean }) => {
      const { data } = await http.POST("/api/v1/admin/monitors/import", { body: { document, dryRun } });
      if (!dryRun) await monitorsChanged();
      return data!;
    },
  });
  const read = async (file: File | undefined) => {
    importing.reset();
    const found = file ? documentIn(await file.text()) : null;
    setDocument(found);
    setWrong(Boolean(file) && !found);
    if (found) importing.mutate({ document: found, dryRun: true });
  };
  const outcome = importing.data && outcomeOf(importing.data);
  return (
    <Panel title={t("system.carry.fromFile")} hint={t("system.carry.exported")}>
      <Field
        label={t("system.carry.file")}
        type="file"
        accept="application/json,.json"
        onChange={(event) => void read(event.target.files?.[0])}
        wrong={isWrong ? t("system.carry.fileWrong") : undefined}
        className="min-h-11 rounded-lg border border-line bg-raised p-2"
      />
      {importing.isError && <Failure error={importing.error} />}
      {outcome && <Outcome outcome={outcome} />}
      {outcome?.dryRun && document && (
        <Button
          look="main"
          busy={importing.isPending}
          disabled={outcome.isNothing}
          onClick={() => importing.mutate({ document, dryRun: false })}
          className="self-start"
        >
          {t("system.carry.take")}
        </Button>
      )}
    </Panel>
  );
}
