import { useRef, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import { usePasswordTrouble } from "@/screens/signin/passwordTrouble";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { PasswordField } from "@/ui/PasswordField";
import { said } from "@/ui/said";
import { useToasts } from "@/ui/Toasts";

/** Change it, or have one at all where one signs in with Plex or the like. */
export function Password({ hasOne }: { hasOne: boolean }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const me = useMe();
  const form = useRef<HTMLFormElement>(null);
  const changing = api.useMutation("post", "/api/v1/auth/password/change", {
    onSuccess: ({ sessionsEnded, personalTokens }) => {
      form.current?.reset();
      const more = [
        sessionsEnded > 0 && t("me.password.ended", { count: sessionsEnded }),
        personalTokens.length > 0 && t("me.password.tokens", { count: personalTokens.length }),
      ].filter((each) => each !== false);
      tell({ title: t("me.password.changed"), body: more.join(" ") });
    },
  });
  const trouble = usePasswordTrouble(changing.error, "newPassword");
  const fields = changing.error instanceof Problem ? changing.error.fields : {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const current = said(data, "current");
    changing.mutate({ body: { newPassword: said(data, "new"), ...(hasOne && { currentPassword: current }) } });
  };
  return (
    <Panel title={t("me.password.title")} hint={t(hasOne ? "me.password.hint" : "me.password.none")}>
      <form ref={form} onSubmit={submit} className="flex max-w-md flex-col gap-4">
        {/* For the browser's own keeper of passwords. */}
        <input type="text" name="username" autoComplete="username" defaultValue={me.email ?? me.name} readOnly hidden />
        {hasOne && (
          <PasswordField
            label={t("me.password.current")}
            name="current"
            autoComplete="current-password"
            required
            wrong={fields["currentPassword"]}
          />
        )}
        <PasswordField
          label={t("me.password.new")}
          name="new"
          autoComplete="new-password"
          required
          hint={t("me.password.rule")}
          wrong={trouble}
        />
        {changing.isError && !trouble && Object.keys(fields).length === 0 && <Failure error={changing.error} />}
        <Button type="submit" look="main" className="self-start" busy={changing.isPending}>
          {t(hasOne ? "me.password.change" : "me.password.set")}
        </Button>
      </form>
    </Panel>
  );
}
