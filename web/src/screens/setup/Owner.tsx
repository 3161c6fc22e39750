import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { FormEvent } from "react";

import { api } from "@/api/client";
import { Problem } from "@/api/problem";
import { welcome } from "@/api/session";
import { Entrance } from "@/screens/signin/Entrance";
import { problemFields } from "@/screens/signin/Invite";
import { usePasswordTrouble } from "@/screens/signin/passwordTrouble";
import { Refusal, useWait } from "@/screens/signin/Refusal";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { PasswordField } from "@/ui/PasswordField";
import { said } from "@/ui/said";

/** With the token of the link, or one typed by hand. */
export function Owner({ token }: { token: string }) {
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryClient();
  const making = api.useMutation("post", "/api/v1/auth/setup", {
    onSuccess: async () => {
      welcome();
      await router.navigate({ to: "/setup", search: {}, hash: "", replace: true });
      await router.invalidate();
    },
    // It may have been done all the same, or by somebody else: then it is time to sign in.
    onError: () => queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/providers"] }),
  });
  const { error } = making;
  const fields = problemFields(error);
  const wrong = usePasswordTrouble(error, "password");
  const wait = useWait(error);
  const wrongToken = error instanceof Problem && error.code === "SETUP_TOKEN_INVALID";
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    making.mutate({
      body: {
        setupToken: said(form, "token").trim() || token,
        name: said(form, "name").trim(),
        email: said(form, "email").trim(),
        password: said(form, "password"),
      },
    });
  };
  return (
    <Entrance title={t("setup.ownerTitle")} hint={t("setup.ownerHint")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {(!token || wrongToken) && (
          <Field label={t("setup.token")} name="token" autoComplete="off" required hint={t("setup.tokenHint")} wrong={wrongToken ? t("setup.tokenWrong") : undefined} />
        )}
        <Field label={t("setup.name")} name="name" autoComplete="name" required wrong={fields["name"]} hint={t("invite.nameHint")} />
        <Field label={t("signIn.email")} name="email" type="email" inputMode="email" autoComplete="username" required wrong={fields["email"]} />
        <PasswordField label={t("signIn.password")} name="password" autoComplete="new-password" required wrong={wrong} hint={t("newPassword.hint")} />
        {error !== null && !wrong && !wrongToken && Object.keys(fields).length === 0 && <Refusal error={error} wait={wait} />}
        <Button look="main" type="submit" busy={making.isPending} disabled={wait > 0}>
          {t("setup.begin")}
        </Button>
      </form>
    </Entrance>
  );
}
