import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { FormEvent } from "react";

import { api } from "@/api/client";
import type { Answer } from "@/screens/signin/entering";
import { Refusal, useWait } from "@/screens/signin/Refusal";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Field } from "@/ui/Field";
import { PasswordField } from "@/ui/PasswordField";
import { said } from "@/ui/said";

interface WithPasswordProps {
  answered: (answer: Answer) => void;
  alone: boolean;
  remember: boolean;
  setRemember: (remember: boolean) => void;
}

export function WithPassword({ answered, alone, remember, setRemember }: WithPasswordProps) {
  const { t } = useTranslation();
  const signingIn = api.useMutation("post", "/api/v1/auth/login", { onSuccess: answered });
  const wait = useWait(signingIn.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signingIn.mutate({
      body: { email: said(form, "email").trim(), password: said(form, "password"), rememberMe: remember },
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label={t("signIn.email")} name="email" type="email" inputMode="email" autoComplete="username webauthn" required />
      <PasswordField label={t("signIn.password")} name="password" autoComplete="current-password" required />
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <Check name="remember" checked={remember} onChange={(event) => setRemember(event.target.checked)}>
          {t("signIn.remember")}
        </Check>
        <Link to="/forgot-password" search={{}} className="inline-flex min-h-11 items-center text-accent underline-offset-2 hover:underline">
          {t("signIn.forgot")}
        </Link>
      </div>
      <Refusal error={signingIn.error} wait={wait} />
      <Button look={alone ? "main" : "plain"} type="submit" busy={signingIn.isPending} disabled={wait > 0}>
        {t("signIn.do")}
      </Button>
    </form>
  );
}
