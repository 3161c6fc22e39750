import { useMutation } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { Link2Off } from "lucide-react";
import { useEffect, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { useFormats } from "@/i18n/formats";
import { Entrance } from "@/screens/signin/Entrance";
import { useEntering } from "@/screens/signin/entering";
import { BackToSignIn } from "@/screens/signin/Forgot";
import { tokenIn } from "@/screens/signin/landing";
import { usePasswordTrouble } from "@/screens/signin/passwordTrouble";
import { Refusal, useWait } from "@/screens/signin/Refusal";
import { isOver } from "@/screens/signin/Reset";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { PasswordField } from "@/ui/PasswordField";
import { said } from "@/ui/said";
import { Skeleton } from "@/ui/Skeleton";

export function Invite() {
  const { t } = useTranslation();
  const { day } = useFormats();
  const token = useLocation({ select: ({ hash }) => tokenIn(hash) });
  const { mutate: look, ...looking } = api.useMutation("post", "/api/v1/auth/invites/look");
  const providers = api.useQuery("get", "/api/v1/auth/providers");
  useEffect(() => {
    if (token) look({ body: { token } });
  }, [look, token]);
  const invite = looking.data;
  if (!token || isOver(looking.error))
    return (
      <Entrance title={t("invite.title")}>
        <Empty icon={Link2Off} title={t("invite.over")}>
          {t("invite.overHint")}
        </Empty>
        <BackToSignIn />
      </Entrance>
    );
  return (
    <Entrance
      title={invite ? t("invite.by", { name: invite.invitedBy }) : t("invite.title")}
      hint={invite && t("invite.until", { when: day(invite.expiresAt) })}
    >
      {looking.isError && <Failure error={looking.error} retry={() => look({ body: { token } })} />}
      {!invite && !looking.isError && <Skeleton className="h-72" />}
      {invite && providers.data?.password && <NewAccount token={token} />}
      {invite && providers.data?.providers?.map((each) => <ByProvider key={each.id} provider={each} token={token} />)}
      {invite && providers.data?.plex && (
        <p className="text-sm text-soft">
          {t("invite.plex")}{" "}
          <Link to="/sign-in" search={{ to: "/" }} className="text-accent underline underline-offset-2">
            {t("invite.plexLink")}
          </Link>
        </p>
      )}
    </Entrance>
  );
}

function NewAccount({ token }: { token: string }) {
  const { t } = useTranslation();
  const { enter } = useEntering("/");
  const accepting = api.useMutation("post", "/api/v1/auth/invites/accept", { onSuccess: enter });
  const wrong = usePasswordTrouble(accepting.error, "password");
  const fields: Readonly<Record<string, string>> = problemFields(accepting.error);
  const wait = useWait(accepting.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    accepting.mutate({
      body: { token, name: said(form, "name").trim(), email: said(form, "email").trim(), password: said(form, "password") },
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label={t("invite.name")} name="name" autoComplete="name" required wrong={fields["name"]} hint={t("invite.nameHint")} />
      <Field label={t("signIn.email")} name="email" type="email" inputMode="email" autoComplete="username" required wrong={fields["email"]} />
      <PasswordField label={t("newPassword.label")} name="password" autoComplete="new-password" required wrong={wrong} hint={t("newPassword.hint")} />
      {!wrong && Object.keys(fields).length === 0 && <Refusal error={accepting.error} wait={wait} />}
      <Button look="main" type="submit" busy={accepting.isPending} disabled={wait > 0}>
        {t("invite.accept")}
      </Button>
    </form>
  );
}

function ByProvider({ provider, token }: { provider: Schemas["AuthProvider"]; token: string }) {
  const { t } = useTranslation();
  const leaving = useMutation({
    mutationFn: async () =>
      (await http.POST("/api/v1/auth/oauth/{provider}/start", { params: { path: { provider: provider.id } }, body: { returnTo: "/", fresh: false, invite: token } })).data!,
    onSuccess: ({ authUrl }) => location.assign(authUrl),
  });
  return (
    <>
      <Button busy={leaving.isPending || leaving.isSuccess} onClick={() => leaving.mutate()}>
        {t("signIn.with", { provider: provider.name })}
      </Button>
      {leaving.isError && <Failure error={leaving.error} />}
    </>
  );
}

export function problemFields(error: unknown): Readonly<Record<string, string>> {
  return error instanceof Problem ? error.fields : {};
}
