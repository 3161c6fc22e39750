import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { Handed } from "@/screens/admin/Handed";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { said } from "@/ui/said";
import { Select } from "@/ui/Select";

export function NewInvite() {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const me = useMe();
  const [role, setRole] = useState<Schemas["GivenRole"]>("user");
  const creating = useMutation({
    mutationFn: async (body: Schemas["InviteBody"]) => (await http.POST("/api/v1/auth/invites", { body })).data!,
    onSuccess: () => readAgain(["/api/v1/auth/invites"]),
  });
  const wrong = creating.error instanceof Problem ? creating.error.fields : {};
  if (creating.data)
    return (
      <Panel title={t("invites.new")}>
        <div role="status">
          <Handed label={t("invites.once", { when: moment(creating.data.expiresAt) })} value={creating.data.url} share={t("invites.shareTitle")} />
        </div>
        <Button className="self-start" onClick={() => creating.reset()}>
          {t("invites.another")}
        </Button>
      </Panel>
    );
  return (
    <Panel title={t("invites.new")} hint={t("invites.hint")}>
      <form
        className="grid items-start gap-4 sm:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          creating.mutate({
            role,
            email: said(form, "email").trim() || null,
            note: said(form, "note").trim() || null,
            expiresInDays: Number(said(form, "days")),
          });
        }}
      >
        {me.role === "owner" && (
          <Select<Schemas["GivenRole"]>
            label={t("invites.role")}
            value={role}
            choose={setRole}
            options={(["user", "admin"] as const).map((value) => ({ value, label: t(`people.roles.${value}`) }))}
          />
        )}
        <Field label={t("invites.days")} name="days" type="number" inputMode="numeric" min={1} max={30} defaultValue={7} required wrong={wrong["expiresInDays"]} />
        <Field label={t("invites.note")} name="note" maxLength={200} wrong={wrong["note"]} />
        <Field label={t("invites.email")} name="email" type="email" maxLength={254} hint={t("invites.emailHint")} wrong={wrong["email"]} />
        {creating.isError && (
          <div className="sm:col-span-2">
            <Failure error={creating.error} />
          </div>
        )}
        <Button look="main" type="submit" busy={creating.isPending} className="justify-self-start sm:col-span-2">
          {t("invites.create")}
        </Button>
      </form>
    </Panel>
  );
}
