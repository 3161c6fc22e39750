import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { Problem } from "@/api/problem";
import { useMutation } from "@tanstack/react-query";
import { rulesOf } from "@/screens/youtube/rules";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { useToasts } from "@/ui/Toasts";

interface SubscriptionFormProps {
  /** Of what is to be followed. */
  url?: string;
  /** The one whose rules are changed. */
  known?: Schemas["Subscription"];
  done: () => void;
}

const INTERVALS = [15, 60, 360, 1440, 10_080];

/** How a channel or a playlist is followed. */
export function SubscriptionForm({ url, known, done }: SubscriptionFormProps) {
  const { t } = useTranslation();
  const every = useEvery();
  const { tell } = useToasts();
  const profiles = api.useQuery("get", "/api/v1/youtube/profiles");
  const [backfill, setBackfill] = useState<Schemas["Backfill"]>(known?.backfill ?? "new_only");
  const saving = useMutation({
    mutationFn: async (form: FormData) => {
      const rules = rulesOf(form, known?.enabled ?? true);
      if (known) return (await http.PUT("/api/v1/youtube/subscriptions/{id}", { params: { path: { id: known.id } }, body: rules })).data!;
      const said = form.get("url");
      return (await http.POST("/api/v1/youtube/subscriptions", { body: { ...rules, url: url ?? (typeof said === "string" ? said : "") } })).data!;
    },
    onSuccess: async (kept) => {
      tell({ title: t(known ? "subscription.changed" : "subscription.begun", { title: kept.title }), link: `./youtube/subscriptions/${kept.id}` });
      await outdated("/api/v1/youtube/");
      done();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    saving.mutate(new FormData(event.currentTarget));
  };
  const wrong = saving.error instanceof Problem ? saving.error.fields : {};
  const minutes = known?.intervalMinutes ?? 60;
  const number = { type: "number", inputMode: "numeric", min: 1 } as const;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {!known && !url && <Field label={t("subscription.url")} name="url" type="url" inputMode="url" required wrong={wrong["url"]} placeholder="https://www.youtube.com/@…" />}
      <Select
        key={`p${profiles.data !== undefined}`}
        label={t("youtube.profile")}
        name="profileId"
        defaultValue={known?.profile.id ?? profiles.data?.items.find((each) => each.isDefault)?.id ?? ""}
        options={(profiles.data?.items ?? []).map((each) => ({ value: each.id, label: each.name }))}
      />
      <Select
        label={t("subscription.backfill")}
        name="backfill"
        value={backfill}
        choose={setBackfill}
        options={(["new_only", "last", "all"] as const).map((value) => ({ value, label: t(`subscription.backfills.${value}`) }))}
      />
      {backfill === "last" && <Field label={t("subscription.backfillCount")} name="backfillCount" required max={5000} defaultValue={known?.backfillCount ?? 10} wrong={wrong["backfillCount"]} {...number} />}
      <Select
        label={t("subscription.interval")}
        name="intervalMinutes"
        defaultValue={String(minutes)}
        options={[...new Set([...INTERVALS, minutes])].sort((a, b) => a - b).map((value) => ({ value: String(value), label: every(value) }))}
      />
      <fieldset className="flex flex-col gap-4 rounded-xl border border-line p-4">
        <legend className="px-1 font-medium">{t("subscription.keeps")}</legend>
        <p className="text-sm text-soft">{t("subscription.keepsHint")}</p>
        <div className="grid gap-3 sm:grid-cols-3">
          <Field label={t("subscription.days")} name="days" max={36_500} defaultValue={known?.retention.days ?? undefined} wrong={wrong["retention.days"]} {...number} />
          <Field label={t("subscription.count")} name="count" max={100_000} defaultValue={known?.retention.count ?? undefined} wrong={wrong["retention.count"]} {...number} />
          <Field
            label={t("subscription.gigabytes")}
            name="gigabytes"
            defaultValue={known?.retention.bytes ? known.retention.bytes / 1e9 : undefined}
            wrong={wrong["retention.bytes"]}
            {...number}
            min={0.001}
            step="any"
          />
        </div>
      </fieldset>
      <details>
        <summary className="min-h-11 cursor-pointer py-2 font-medium">{t("subscription.which")}</summary>
        <div className="flex flex-col gap-4 pt-2">
          <Field label={t("subscription.includes")} hint={t("subscription.commas")} name="titleIncludes" defaultValue={known?.titleIncludes.join(", ")} wrong={wrong["titleIncludes"]} />
          <Field label={t("subscription.excludes")} hint={t("subscription.commas")} name="titleExcludes" defaultValue={known?.titleExcludes.join(", ")} wrong={wrong["titleExcludes"]} />
          <div className="grid gap-3 sm:grid-cols-2">
            <Field label={t("subscription.minMinutes")} name="minMinutes" defaultValue={known?.minSeconds ? known.minSeconds / 60 : undefined} wrong={wrong["minSeconds"]} {...number} min={0} step="any" />
            <Field label={t("subscription.maxMinutes")} name="maxMinutes" defaultValue={known?.maxSeconds ? known.maxSeconds / 60 : undefined} wrong={wrong["maxSeconds"]} {...number} step="any" />
          </div>
          <Field label={t("subscription.collection")} hint={t("subscription.collectionHint")} name="collection" maxLength={120} defaultValue={known?.collection ?? undefined} wrong={wrong["collection"]} />
        </div>
      </details>
      {saving.isError && <Failure error={saving.error} />}
      <Button type="submit" look="main" busy={saving.isPending}>
        {t(known ? "subscription.save" : "subscription.follow")}
      </Button>
    </form>
  );
}

/** How often, in words. */
export function useEvery() {
  const { t } = useTranslation();
  return (minutes: number) => {
    if (minutes % 1440 === 0) return t("subscription.everyDays", { count: minutes / 1440 });
    if (minutes % 60 === 0) return t("subscription.everyHours", { count: minutes / 60 });
    return t("subscription.everyMinutes", { count: minutes });
  };
}
