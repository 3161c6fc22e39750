import { Link } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { FormEvent } from "react";

import { api } from "@/api/client";
import { Entrance } from "@/screens/signin/Entrance";
import { Refusal, useWait } from "@/screens/signin/Refusal";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Field } from "@/ui/Field";
import { said } from "@/ui/said";
import { Skeleton } from "@/ui/Skeleton";

export function Forgot() {
  const { t } = useTranslation();
  const providers = api.useQuery("get", "/api/v1/auth/providers");
  const asking = api.useMutation("post", "/api/v1/auth/password/forgot");
  const wait = useWait(asking.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    asking.mutate({ body: { email: said(event.currentTarget, "email").trim() } });
  };
  return (
    <Entrance title={t("signIn.forgotTitle")}>
      {providers.isPending ? (
        <Skeleton className="h-36" />
      ) : providers.data?.passwordReset === false ? (
        <p>{t("signIn.forgotAsk")}</p>
      ) : asking.isSuccess ? (
        <div role="status">
          <Empty icon={MailCheck} title={t("signIn.mailSent")}>
            {t("signIn.mailSentHint", { email: asking.variables.body.email })}
          </Empty>
        </div>
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Field label={t("signIn.email")} name="email" type="email" inputMode="email" autoComplete="username" required hint={t("signIn.forgotHint")} />
          <Refusal error={asking.error} wait={wait} />
          <Button look="main" type="submit" busy={asking.isPending} disabled={wait > 0}>
            {t("signIn.sendLink")}
          </Button>
        </form>
      )}
      <BackToSignIn />
    </Entrance>
  );
}

export function BackToSignIn() {
  const { t } = useTranslation();
  return (
    <Link to="/sign-in" search={{}} className="inline-flex min-h-11 items-center self-center text-accent underline-offset-2 hover:underline">
      {t("signIn.back")}
    </Link>
  );
}
