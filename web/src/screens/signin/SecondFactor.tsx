import { useMutation } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { askPasskey, canUsePasskeys } from "@/api/passkeys";
import { Problem } from "@/api/problem";
import type { Challenge } from "@/screens/signin/entering";
import { Refusal, useWait } from "@/screens/signin/Refusal";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { said } from "@/ui/said";

interface SecondFactorProps {
  challenge: Challenge;
  enter: () => void;
  startOver: () => void;
}

export function SecondFactor({ challenge: { challengeId, methods }, enter, startOver }: SecondFactorProps) {
  const { t } = useTranslation();
  const byCode = methods.includes("totp");
  const byRecovery = methods.includes("recovery_code");
  const [recovering, setRecovering] = useState(!byCode);
  const answering = useMutation({
    mutationFn: async (code: string) => (await http.POST("/api/v1/auth/login/mfa", { body: { challengeId, code } })).data,
    onSuccess: enter,
  });
  const showing = useMutation({
    mutationFn: () => shown(challengeId),
    onSuccess: (answer) => answer && enter(),
  });
  const error = answering.error ?? showing.error;
  const wait = useWait(error);
  const over = error instanceof Problem && error.status === 410;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    showing.reset();
    answering.mutate(said(event.currentTarget, "code").replace(/\s/g, ""));
  };
  if (over)
    return (
      <>
        <Refusal error={error} wait={0} />
        <Button look="main" onClick={startOver}>
          {t("signIn.startOver")}
        </Button>
      </>
    );
  return (
    <>
      {methods.includes("passkey") && canUsePasskeys() && (
        <Button busy={showing.isPending} onClick={() => {
            answering.reset();
            showing.mutate();
          }}>
          <Fingerprint aria-hidden className="size-5" />
          {t("signIn.showPasskey")}
        </Button>
      )}
      {(byCode || byRecovery) && (
        <form key={String(recovering)} onSubmit={submit} className="flex flex-col gap-4">
          {recovering ? (
            <Field label={t("signIn.recoveryCode")} name="code" autoComplete="off" autoCapitalize="none" autoFocus required hint={t("signIn.recoveryHint")} />
          ) : (
            <Field
              label={t("signIn.code")}
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
              required
              hint={t("signIn.codeHint")}
              className="min-h-11 rounded-lg border border-line bg-raised px-3 text-xl tracking-[0.3em] tabular-nums"
            />
          )}
          <Refusal error={error} wait={wait} />
          <Button look="main" type="submit" busy={answering.isPending} disabled={wait > 0}>
            {t("signIn.do")}
          </Button>
        </form>
      )}
      {byCode && byRecovery && (
        <Button look="quiet" onClick={() => setRecovering(!recovering)}>
          {recovering ? t("signIn.useApp") : t("signIn.useRecovery")}
        </Button>
      )}
      <Button look="quiet" onClick={startOver}>
        {t("signIn.startOver")}
      </Button>
    </>
  );
}

async function shown(challengeId: string): Promise<Schemas["SignedInBody"] | null> {
  const { data: asked } = await http.POST("/api/v1/auth/passkeys/login/options", { body: { challengeId } });
  const passkey = await askPasskey(asked!.options);
  if (!passkey) return null;
  return (await http.POST("/api/v1/auth/login/mfa", { body: { challengeId: asked!.challengeId, passkey } })).data ?? null;
}
