import { Link, useLocation } from "@tanstack/react-router";
import { CircleCheck, Link2Off } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { FormEvent } from "react";

import { api } from "@/api/client";
import { Problem } from "@/api/problem";
import { startAnew } from "@/api/session";
import { Entrance } from "@/screens/signin/Entrance";
import { BackToSignIn } from "@/screens/signin/Forgot";
import { tokenIn } from "@/screens/signin/landing";
import { usePasswordTrouble } from "@/screens/signin/passwordTrouble";
import { Refusal, useWait } from "@/screens/signin/Refusal";
import { Button, buttonLook } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { PasswordField } from "@/ui/PasswordField";
import { said } from "@/ui/said";

export function Reset() {
  const { t } = useTranslation();
  const token = useLocation({ select: ({ hash }) => tokenIn(hash) });
  const setting = api.useMutation("post", "/api/v1/auth/password/reset", { onSuccess: startAnew });
  const wrong = usePasswordTrouble(setting.error, "newPassword");
  const wait = useWait(setting.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setting.mutate({ body: { token, newPassword: said(event.currentTarget, "password") } });
  };
  if (!token || isOver(setting.error))
    return (
      <Entrance title={t("signIn.resetTitle")}>
        <Empty icon={Link2Off} title={t("signIn.linkOver")}>
          {t("signIn.resetOver")}
        </Empty>
        <Link to="/forgot-password" className={buttonLook("main")}>
          {t("signIn.askAgain")}
        </Link>
        <BackToSignIn />
      </Entrance>
    );
  if (setting.isSuccess)
    return (
      <Entrance title={t("signIn.resetTitle")}>
        <div role="status">
          <Empty icon={CircleCheck} title={t("signIn.resetDone")}>
            {t("signIn.resetDoneHint")}
          </Empty>
        </div>
        <Link to="/sign-in" search={{ to: "/" }} className={buttonLook("main")}>
          {t("signIn.do")}
        </Link>
      </Entrance>
    );
  return (
    <Entrance title={t("signIn.resetTitle")} hint={t("signIn.resetHint")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <PasswordField label={t("newPassword.label")} name="password" autoComplete="new-password" required wrong={wrong} hint={t("newPassword.hint")} />
        {!wrong && <Refusal error={setting.error} wait={wait} />}
        <Button look="main" type="submit" busy={setting.isPending} disabled={wait > 0}>
          {t("signIn.setPassword")}
        </Button>
      </form>
    </Entrance>
  );
}

export function isOver(error: unknown): boolean {
  return error instanceof Problem && error.status === 410;
}
