import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import { useProfile } from "@/screens/account/profile/useProfile";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { said } from "@/ui/said";
import { useToasts } from "@/ui/Toasts";

export function Name() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const me = useMe();
  const changing = useProfile();
  const wrong = changing.error instanceof Problem ? changing.error.fields["name"] : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = said(event.currentTarget, "name").trim();
    if (name && name !== me.name) changing.change({ name }, { onSuccess: () => tell({ title: t("me.saved") }) });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 sm:flex-row sm:items-end">
      <div className="flex-1">
        <Field key={me.name} label={t("me.name")} name="name" defaultValue={me.name} autoComplete="name" maxLength={100} required wrong={wrong} />
      </div>
      <Button type="submit" busy={changing.isPending}>
        {t("me.save")}
      </Button>
      {changing.isError && !wrong && <Failure error={changing.error} />}
    </form>
  );
}
