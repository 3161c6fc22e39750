import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { askPasskey } from "@/api/passkeys";
import { BASE } from "@/base";
import { leaveForPlex } from "@/screens/signin/plexSignIn";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { PasswordField } from "@/ui/PasswordField";
import { said } from "@/ui/said";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";

/** Brought only when it is asked for: most visits do without. */
export function Proof({ done, leave }: { done: () => void; leave: () => void }) {
  const { t } = useTranslation();
  return (
    <Sheet title={t("proof.title")} open setOpen={(open) => !open && leave()}>
      <Ways done={done} />
    </Sheet>
  );
}

/** The ways in which this person can show that it is they. */
function Ways({ done }: { done: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const state = api.useQuery("get", "/api/v1/auth/2fa", {}, { staleTime: 0 });
  const proven = () => {
    // Another session has taken the place of this one.
    void queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/session"] });
    void queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/devices"] });
    done();
  };
  if (state.isError && !state.data) return <Failure error={state.error} retry={() => void state.refetch()} />;
  if (!state.data) return <Skeleton className="h-40" />;
  const ways = state.data.stepUp;
  const elsewhere = ways.filter((way) => way !== "password" && way !== "passkey" && way !== "plex");
  return (
    <>
      <p className="text-soft">{t("proof.why")}</p>
      {ways.includes("passkey") && <WithPasskey done={proven} />}
      {ways.includes("password") && <WithPassword withCode={state.data.totp} done={proven} />}
      {ways.includes("plex") && <WithPlex />}
      {elsewhere.length > 0 && <Elsewhere kinds={elsewhere} />}
      {ways.length === 0 && <p>{t("proof.noWay")}</p>}
    </>
  );
}

function WithPassword({ withCode, done }: { withCode: boolean; done: () => void }) {
  const { t } = useTranslation();
  const proving = api.useMutation("post", "/api/v1/auth/step-up", { onSuccess: done });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.currentTarget;
    const code = said(form, "code").trim();
    proving.mutate({ body: { password: said(form, "password"), ...(code && { code }) } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <PasswordField label={t("signIn.password")} name="password" autoComplete="current-password" autoFocus required />
      {withCode && <Field label={t("signIn.code")} name="code" autoComplete="one-time-code" hint={t("signIn.codeHint")} required />}
      {proving.isError && <Failure error={proving.error} />}
      <Button type="submit" look="main" busy={proving.isPending}>
        {t("proof.confirm")}
      </Button>
    </form>
  );
}

function WithPasskey({ done }: { done: () => void }) {
  const { t } = useTranslation();
  const proving = useMutation({
    mutationFn: async () => {
      const question = (await http.POST("/api/v1/auth/passkeys/login/options", { body: {} })).data!;
      const passkey = await askPasskey(question.options);
      if (!passkey) return false;
      await http.POST("/api/v1/auth/step-up", { body: { challengeId: question.challengeId, passkey } });
      return true;
    },
    onSuccess: (proven) => proven && done(),
  });
  return (
    <>
      <Button look="main" busy={proving.isPending} onClick={() => proving.mutate()}>
        <KeyRound aria-hidden className="size-5" />
        {t("proof.passkey")}
      </Button>
      {proving.isError && <Failure error={proving.error} />}
    </>
  );
}

/** By signing in once more, in this tab; afterwards one is here again, and does what was to be done. */
function WithPlex() {
  const { t } = useTranslation();
  const here = useLocation({ select: ({ href }) => href });
  const leaving = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/auth/plex/pin")).data!,
    onSuccess: (started) => location.assign(leaveForPlex(started, here).authUrl),
  });
  return (
    <>
      <Button busy={leaving.isPending || leaving.isSuccess} onClick={() => leaving.mutate()}>
        {t("signIn.plex")}
      </Button>
      <p className="text-sm text-soft">{t("proof.again")}</p>
      {leaving.isError && <Failure error={leaving.error} />}
    </>
  );
}

function Elsewhere({ kinds }: { kinds: string[] }) {
  const { t } = useTranslation();
  const here = useLocation({ select: ({ href }) => href });
  const providers = api.useQuery("get", "/api/v1/auth/providers");
  const offered = providers.data?.providers?.filter((each) => kinds.includes(each.kind)) ?? [];
  return (
    <>
      {offered.map((each) => (
        <a
          key={each.id}
          href={`${BASE}/api/v1/auth/oauth/${encodeURIComponent(each.id)}/start?${new URLSearchParams({ fresh: "true", returnTo: here }).toString()}`}
          className="inline-flex min-h-11 items-center justify-center rounded-lg border border-line px-4 font-medium hover:border-soft"
        >
          {t("proof.with", { name: each.name })}
        </a>
      ))}
      <p className="text-sm text-soft">{t("proof.again")}</p>
    </>
  );
}
