import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import { useProfile } from "@/screens/account/profile/useProfile";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { said } from "@/ui/said";
import { useToasts } from "@/ui/Toasts";

/** Another address counts once its link has been opened; the portal says so where that is needed. */
export function Email() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const me = useMe();
  const changing = useProfile();
  const [pending, setPending] = useState<string | null>(null);
  const wrong = changing.error instanceof Problem ? changing.error.fields["email"] : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = said(event.currentTarget, "email").trim();
    if (!email || email === me.email) return;
    changing.change(
      { email },
      {
        onSuccess: (profile) => {
          setPending(profile.pendingEmail ?? null);
          if (!profile.pendingEmail) tell({ title: t("me.saved") });
        },
      },
    );
  };
  return (
    <div className="flex flex-col gap-3">
      <form onSubmit={submit} className="flex flex-col gap-3 sm:flex-row sm:items-end">
        <div className="flex-1">
          <Field
            key={me.email}
            label={t("signIn.email")}
            name="email"
            type="email"
            defaultValue={me.email ?? ""}
            autoComplete="email"
            maxLength={254}
            required
            wrong={wrong}
          />
        </div>
        <Button type="submit" busy={changing.isPending}>
          {t("me.change")}
        </Button>
      </form>
      <div role="status">{pending && <p className="text-sm text-calm">{t("me.pendingEmail", { email: pending })}</p>}</div>
      {changing.isError && !wrong && <Failure error={changing.error} />}
    </div>
  );
}
