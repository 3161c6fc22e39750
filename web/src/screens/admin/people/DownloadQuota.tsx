import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { useFormats } from "@/i18n/formats";
import { downloadBody, downloadForm } from "@/screens/admin/people/quotaForm";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/youtube/quota/{user_id}";

export function DownloadQuota({ id }: { id: string }) {
  const { t } = useTranslation();
  const { bytes } = useFormats();
  const known = api.useQuery("get", PATH, { params: { path: { user_id: id } } });
  const quota = known.data?.quota;
  return (
    <Panel title={t("quotas.downloads")} hint={t("quotas.downloadsHint")}>
      {known.isError && <Failure error={known.error} retry={() => void known.refetch()} />}
      {known.isPending && <Skeleton className="h-40" />}
      {quota && (
        <p className="text-soft">
          {quota.limitPerHour === null
            ? t("quotas.hourFree", { used: quota.usedInHour })
            : t("quotas.hourOf", { used: quota.usedInHour, limit: quota.limitPerHour })}{" "}
          {quota.limitBytes === null
            ? t("quotas.spaceFree", { used: bytes(quota.usedBytes) })
            : t("quotas.spaceOf", { used: bytes(quota.usedBytes), limit: bytes(quota.limitBytes) })}
        </p>
      )}
      {known.data && <Form key={`${known.data.limitPerHour} ${known.data.limitBytes}`} known={known.data} />}
    </Panel>
  );
}

function Form({ known }: { known: Schemas["PersonDownloadQuota"] }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [form, setForm] = useState(() => downloadForm(known));
  const saving = useMutation({
    mutationFn: () => http.PUT(PATH, { params: { path: { user_id: known.userId } }, body: downloadBody(form) }),
    onSuccess: () => {
      tell({ title: t("quotas.saved") });
      void readAgain(["/api/v1/youtube/quota"]);
    },
  });
  const wrong = saving.error instanceof Problem ? saving.error.fields : {};
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <div className="grid items-start gap-3 sm:grid-cols-2">
        <Field
          label={t("quotas.perHour")}
          hint={t("quotas.emptyHint")}
          type="number"
          inputMode="numeric"
          min={0}
          max={100_000}
          value={form.perHour}
          wrong={wrong["limitPerHour"]}
          onChange={(event) => setForm({ ...form, perHour: event.target.value })}
        />
        <Field
          label={t("quotas.gigabytes")}
          hint={t("quotas.emptyHint")}
          type="number"
          inputMode="decimal"
          min={0}
          max={1_000_000}
          step="any"
          value={form.gigabytes}
          wrong={wrong["limitBytes"]}
          onChange={(event) => setForm({ ...form, gigabytes: event.target.value })}
        />
      </div>
      {saving.isError && <Failure error={saving.error} />}
      <Button type="submit" look="main" busy={saving.isPending} className="self-start">
        {t("quotas.save")}
      </Button>
    </form>
  );
}
