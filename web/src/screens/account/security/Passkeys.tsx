import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Fingerprint, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { canUsePasskeys } from "@/api/passkeys";
import { useFormats } from "@/i18n/formats";
import { newPasskey } from "@/screens/account/security/newPasskey";
import { RecoveryCodes } from "@/screens/account/security/RecoveryCodes";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { said } from "@/ui/said";
import { Sheet } from "@/ui/Sheet";
import { useToasts } from "@/ui/Toasts";

export function Passkeys() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const passkeys = api.useQuery("get", "/api/v1/auth/passkeys");
  const again = () => {
    void queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/passkeys"] });
    void queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/2fa"] });
  };
  return (
    <Panel title={t("me.passkeys.title")} hint={t("me.passkeys.hint")}>
      {passkeys.isError && <Failure error={passkeys.error} retry={() => void passkeys.refetch()} />}
      {passkeys.data?.items.length === 0 && <p className="text-soft">{t("me.passkeys.none")}</p>}
      {passkeys.data && passkeys.data.items.length > 0 && (
        <ul className="divide-y divide-line">
          {passkeys.data.items.map((each) => (
            <One key={each.id} passkey={each} again={again} />
          ))}
        </ul>
      )}
      {canUsePasskeys() ? <Add again={again} /> : <p className="text-sm text-soft">{t("me.passkeys.cannot")}</p>}
    </Panel>
  );
}

function One({ passkey, again }: { passkey: Schemas["Passkey"]; again: () => void }) {
  const { t } = useTranslation();
  const { day, ago } = useFormats();
  return (
    <li className="flex items-center gap-3 py-3">
      <Fingerprint aria-hidden className="size-6 shrink-0 text-soft" />
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{passkey.name}</p>
        <p className="text-sm text-soft">
          {t("me.passkeys.made", { when: day(passkey.createdAt) })} ·{" "}
          {passkey.lastUsedAt ? t("me.used", { when: ago(passkey.lastUsedAt) }) : t("me.unused")}
          {passkey.backedUp && ` · ${t("me.passkeys.synced")}`}
        </p>
      </div>
      <Confirm
        title={t("me.passkeys.removeTitle", { name: passkey.name })}
        act={t("me.passkeys.remove")}
        onConfirm={() => http.DELETE("/api/v1/auth/passkeys/{id}", { params: { path: { id: passkey.id } } }).then(again)}
        trigger={
          <Button look="quiet" className="px-3" aria-label={t("me.passkeys.removeTitle", { name: passkey.name })}>
            <Trash2 aria-hidden className="size-5" />
          </Button>
        }
      >
        {t("me.passkeys.removeHint")}
      </Confirm>
    </li>
  );
}

function Add({ again }: { again: () => void }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [open, setOpen] = useState(false);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const close = () => {
    setOpen(false);
    setCodes(null);
  };
  const adding = useMutation({
    mutationFn: async (name: string) => {
      const question = (await http.POST("/api/v1/auth/passkeys/options")).data!;
      const credential = await newPasskey(question.options);
      if (!credential) return null;
      return (await http.POST("/api/v1/auth/passkeys", { body: { challengeId: question.challengeId, name, credential } })).data!;
    },
    onSuccess: (made) => {
      if (!made) return;
      again();
      tell({ title: t("me.passkeys.added", { name: made.passkey.name }) });
      if (made.recoveryCodes) setCodes(made.recoveryCodes);
      else close();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    adding.mutate(said(event.currentTarget, "name").trim());
  };
  return (
    <Sheet
      title={t("me.passkeys.add")}
      open={open}
      setOpen={(next) => (next ? setOpen(true) : close())}
      trigger={<Button className="self-start">{t("me.passkeys.add")}</Button>}
      stays={codes !== null}
    >
      {codes ? (
        <RecoveryCodes codes={codes} done={close} />
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <p className="text-soft">{t("me.passkeys.addHint")}</p>
          <Field label={t("me.passkeys.name")} name="name" defaultValue={deviceName()} maxLength={80} required autoFocus />
          {adding.isError && <Failure error={adding.error} />}
          {adding.isSuccess && !adding.data && (
            <p role="status" className="text-sm text-soft">
              {t("me.passkeys.gaveUp")}
            </p>
          )}
          <Button type="submit" look="main" busy={adding.isPending}>
            {t("me.passkeys.add")}
          </Button>
        </form>
      )}
    </Sheet>
  );
}

/** What most people would call the device in their hand. */
function deviceName(): string {
  const known: [RegExp, string][] = [
    [/iPhone/, "iPhone"],
    [/iPad/, "iPad"],
    [/Android/, "Android"],
    [/Mac/, "Mac"],
    [/Windows/, "Windows"],
    [/Linux/, "Linux"],
  ];
  return known.find(([like]) => like.test(navigator.userAgent))?.[1] ?? "";
}
