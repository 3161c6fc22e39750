import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { askPasskey } from "@/api/passkeys";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { PasswordField } from "@/ui/PasswordField";
import { said } from "@/ui/said";

type Proof = Schemas["CodeProofBody"] | Schemas["PasskeyAnswerBody"];

interface CodeProofProps {
  why: string;
  act: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  give: (proof: Proof) => void;
}

/** What changes the second factor wants it shown, and the password where there is one. */
export function CodeProof({ why, act, danger = false, busy, error, give }: CodeProofProps) {
  const { t } = useTranslation();
  const state = api.useQuery("get", "/api/v1/auth/2fa").data;
  const withPassword = state?.stepUp.includes("password");
  const byPasskey = useMutation({
    mutationFn: async () => {
      const question = (await http.POST("/api/v1/auth/passkeys/login/options", { body: {} })).data!;
      const passkey = await askPasskey(question.options);
      return passkey && { challengeId: question.challengeId, passkey };
    },
    onSuccess: (proof) => proof && give(proof),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    give({ code: said(form, "code").trim(), ...(withPassword && { password: said(form, "password") }) });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-soft">{why}</p>
      {(state?.passkeys ?? 0) > 0 && (
        <Button busy={byPasskey.isPending} onClick={() => byPasskey.mutate()}>
          {t("proof.passkey")}
        </Button>
      )}
      {withPassword && <PasswordField label={t("signIn.password")} name="password" autoComplete="current-password" required />}
      <Field label={t("signIn.code")} name="code" autoComplete="one-time-code" hint={t("signIn.codeHint")} required />
      {Boolean(error ?? byPasskey.error) && <Failure error={error ?? byPasskey.error} />}
      <Button type="submit" look={danger ? "danger" : "main"} busy={busy}>
        {act}
      </Button>
    </form>
  );
}
