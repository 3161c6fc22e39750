import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { Problem } from "@/api/problem";
import { ruleBody, type Rule } from "@/screens/admin/rules/ruleForm";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { said } from "@/ui/said";
import { Select } from "@/ui/Select";

const PATH = "/api/v1/media/rules";

/** One rule; what is left open fits everything. */
export function RuleForm({ rule, done }: { rule?: Rule; done: () => void }) {
  const { t } = useTranslation();
  const [type, setType] = useState<"" | "movie" | "tv">(rule?.mediaType ?? "");
  const people = api.useQuery("get", "/api/v1/admin/users", { params: { query: { limit: 100 } } });
  const saving = useMutation({
    mutationFn: async (form: FormData) => {
      const body = ruleBody(form, said(form, "genres"));
      await (rule ? http.PUT("/api/v1/media/rules/{id}", { params: { path: { id: rule.id } }, body }) : http.POST(PATH, { body }));
    },
    onSuccess: async () => {
      await readAgain([PATH]);
      done();
    },
  });
  const wrong = saving.error instanceof Problem ? saving.error.fields : {};
  const any = { value: "", label: t("rules.any") };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate(new FormData(event.currentTarget));
      }}
    >
      <Field label={t("rules.name")} name="name" required maxLength={100} defaultValue={rule?.name} wrong={wrong["name"]} />
      <Select
        label={t("rules.then")}
        name="action"
        defaultValue={rule?.action ?? "approve"}
        options={(["approve", "ask"] as const).map((value) => ({ value, label: t(`rules.action.${value}`) }))}
      />
      <p className="text-sm text-soft">{t("rules.if")}</p>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Select<"" | "movie" | "tv">
          label={t("rules.type")}
          name="mediaType"
          value={type}
          choose={setType}
          options={[any, ...(["movie", "tv"] as const).map((value) => ({ value, label: t(`quotas.${value}`) }))] as { value: "" | "movie" | "tv"; label: string }[]}
        />
        <Select
          label={t("rules.quality")}
          name="is4k"
          defaultValue={rule?.is4k == null ? "" : rule.is4k ? "yes" : "no"}
          options={[any, ...(["yes", "no"] as const).map((value) => ({ value, label: t(`rules.is4k.${value}`) }))]}
        />
        <Select
          label={t("people.role")}
          name="role"
          defaultValue={rule?.role ?? ""}
          options={[any, ...(["user", "admin", "owner"] as const).map((value) => ({ value, label: t(`people.roles.${value}`) }))]}
        />
        <Select
          key={people.data ? "known" : "asked"}
          label={t("rules.person")}
          name="userId"
          defaultValue={rule?.userId ?? ""}
          options={[any, ...knownPeople(people.data?.items ?? [], rule?.userId, t("rules.onePerson"))]}
        />
        <NumberField name="yearFrom" min={1800} max={2200} defaultValue={rule?.yearFrom ?? ""} wrong={wrong["yearFrom"]} />
        <NumberField name="yearTo" min={1800} max={2200} defaultValue={rule?.yearTo ?? ""} wrong={wrong["yearTo"]} />
        {type !== "movie" && (
          <>
            <NumberField name="minSeasons" min={1} max={500} defaultValue={rule?.minSeasons ?? ""} wrong={wrong["minSeasons"]} />
            <NumberField name="maxSeasons" min={1} max={500} defaultValue={rule?.maxSeasons ?? ""} wrong={wrong["maxSeasons"]} />
          </>
        )}
      </div>
      <Field label={t("rules.genres")} name="genres" hint={t("rules.genresHint")} defaultValue={rule?.genres?.join(", ")} wrong={wrong["genres"]} />
      <Check name="enabled" defaultChecked={rule?.enabled ?? true}>
        {t("rules.enabled")}
      </Check>
      {saving.isError && <Failure error={saving.error} />}
      <Button look="main" type="submit" busy={saving.isPending}>
        {t("rules.save")}
      </Button>
    </form>
  );
}

interface NumberFieldProps {
  name: "yearFrom" | "yearTo" | "minSeasons" | "maxSeasons";
  min: number;
  max: number;
  defaultValue: number | "";
  wrong: string | undefined;
}

function NumberField({ name, ...rest }: NumberFieldProps) {
  const { t } = useTranslation();
  return <Field label={t(`rules.${name}`)} name={name} type="number" inputMode="numeric" {...rest} />;
}

/** Whoever the rule names stays chosen, even where the list does not come or has no room for them. */
function knownPeople(people: readonly { id: string; name: string }[], named: string | null | undefined, unknown: string) {
  const options = people.map((each) => ({ value: each.id, label: each.name }));
  return named && !people.some((each) => each.id === named) ? [...options, { value: named, label: unknown }] : options;
}
