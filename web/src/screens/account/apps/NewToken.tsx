import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { isAdmin, useMe } from "@/api/session";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Copyable } from "@/ui/Copyable";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { Sheet } from "@/ui/Sheet";
import { said } from "@/ui/said";

const SCOPES: Schemas["Scope"][] = ["read", "request", "download", "notifications", "forward_auth", "admin"];
const DAYS = ["7", "30", "90", "365"] as const;

export function NewToken() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const me = useMe();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Schemas["Scope"][]>(["read"]);
  const making = api.useMutation("post", "/api/v1/auth/tokens", {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/tokens"] }),
  });
  const turn = (next: boolean) => {
    setOpen(next);
    if (next) return;
    making.reset();
    setChosen(["read"]);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    making.mutate({ body: { name: said(form, "name").trim(), scopes: chosen, expiresInDays: Number(said(form, "days")) } });
  };
  const trigger = (
    <Button>
      <Plus aria-hidden className="size-5" />
      {t("me.tokens.make")}
    </Button>
  );
  return (
    <Sheet title={t("me.tokens.make")} open={open} setOpen={turn} trigger={trigger} stays={making.data !== undefined}>
      {making.data ? (
        <>
          <p className="text-soft">{t("me.tokens.once")}</p>
          <Copyable label={making.data.name} text={making.data.token} />
          <Button onClick={() => turn(false)}>{t("close")}</Button>
        </>
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Field label={t("me.tokens.name")} name="name" maxLength={80} required autoFocus hint={t("me.tokens.nameHint")} />
          <fieldset className="flex flex-col gap-1">
            <legend className="text-sm font-medium">{t("me.tokens.scopes")}</legend>
            {SCOPES.filter((each) => each !== "admin" || isAdmin(me)).map((each) => (
              <Check
                key={each}
                checked={chosen.includes(each)}
                onChange={(event) => setChosen((now) => (event.target.checked ? [...now, each] : now.filter((one) => one !== each)))}
              >
                {t(`me.scope.${each}.name`)} <span className="block text-sm text-soft">{t(`me.scope.${each}.hint`)}</span>
              </Check>
            ))}
          </fieldset>
          <Select
            label={t("me.tokens.days")}
            name="days"
            defaultValue="90"
            options={DAYS.map((value) => ({ value, label: t("me.tokens.inDays", { count: Number(value) }) }))}
          />
          {making.isError && <Failure error={making.error} />}
          <Button type="submit" look="main" disabled={chosen.length === 0} busy={making.isPending}>
            {t("me.tokens.make")}
          </Button>
        </form>
      )}
    </Sheet>
  );
}
