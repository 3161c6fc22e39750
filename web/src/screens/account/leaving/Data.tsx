import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { startAnew, useMe } from "@/api/session";
import { isMine } from "@/screens/account/leaving/isMine";
import { saveExport } from "@/screens/account/leaving/saveExport";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Sheet } from "@/ui/Sheet";
import { leaveBrowser } from "@/worker/browser";
import { forgetPictures } from "@/worker/work";

export function Data() {
  const { t } = useTranslation();
  const me = useMe();
  const exporting = useMutation({ mutationFn: saveExport });
  return (
    <Page title={t("me.part.data")}>
      <Panel title={t("me.export.title")} hint={t("me.export.hint")}>
        {exporting.isError && <Failure error={exporting.error} />}
        <Button busy={exporting.isPending} onClick={() => exporting.mutate()} className="self-start">
          <Download aria-hidden className="size-5" />
          {t("me.export.do")}
        </Button>
      </Panel>
      <Panel title={t("me.leave.title")} hint={t(me.role === "owner" ? "me.leave.owner" : "me.leave.hint")}>
        {me.role !== "owner" && <Leave />}
      </Panel>
    </Page>
  );
}

function Leave() {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const leaving = useMutation({
    mutationFn: () => http.DELETE("/api/v1/users/me", { body: { confirm: typed.trim() } }),
    onSuccess: async () => {
      await leaveBrowser().catch(() => undefined);
      forgetPictures();
      startAnew();
      await navigate({ to: "/sign-in" });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    leaving.mutate();
  };
  const trigger = (
    <Button look="danger" className="self-start">
      {t("me.leave.do")}
    </Button>
  );
  return (
    <Sheet title={t("me.leave.title")} open={open} setOpen={setOpen} trigger={trigger}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p>{t("me.leave.lost")}</p>
        <ul className="list-disc pl-5 text-soft">
          <li>{t("me.leave.lostInbox")}</li>
          <li>{t("me.leave.lostAccess")}</li>
          <li>{t("me.leave.stays")}</li>
        </ul>
        <Field
          label={t("me.leave.type", { name: me.email ?? me.name })}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          required
        />
        {leaving.isError && <Failure error={leaving.error} />}
        <div className="flex gap-3">
          <Button type="submit" look="danger" className="flex-1" disabled={!isMine(typed, me)} busy={leaving.isPending}>
            {t("me.leave.do")}
          </Button>
          <Button onClick={() => setOpen(false)}>{t("cancel")}</Button>
        </div>
      </form>
    </Sheet>
  );
}
