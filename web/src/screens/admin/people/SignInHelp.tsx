import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Handed } from "@/screens/admin/Handed";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";

const USERS = ["/api/v1/admin/users"];

/** For somebody who cannot get in, or whose device is in the wrong hands. */
export function SignInHelp({ person }: { person: Schemas["Account"] }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const params = { path: { id: person.id } };
  const link = useMutation({ mutationFn: async () => (await http.POST("/api/v1/admin/users/{id}/reset-link", { params })).data! });
  return (
    <Panel title={t("people.help.title")}>
      <Row text={t("people.help.linkHint")}>
        <Button busy={link.isPending} onClick={() => link.mutate()}>
          {t("people.help.link")}
        </Button>
      </Row>
      {link.isError && <Failure error={link.error} />}
      {link.data && (
        <div role="status" className="flex flex-col gap-2 rounded-lg border border-line p-3">
          <Handed label={t("people.help.once", { when: moment(link.data.expiresAt) })} value={link.data.url} share={t("people.help.link")} />
        </div>
      )}
      {person.secondFactor && (
        <Row text={t("people.help.factorHint")}>
          <Confirm
            title={t("people.help.factorTitle", { name: person.name })}
            act={t("people.help.factor")}
            trigger={<Button>{t("people.help.factor")}</Button>}
            onConfirm={async () => {
              await http.POST("/api/v1/admin/users/{id}/reset-2fa", { params });
              await readAgain(USERS);
            }}
          >
            {t("people.help.factorLost", { name: person.name })}
          </Confirm>
        </Row>
      )}
      <Row text={t("people.help.signOutHint", { count: person.sessions })}>
        <Confirm
          title={t("people.help.signOutTitle", { name: person.name })}
          act={t("people.help.signOut")}
          trigger={<Button disabled={person.sessions === 0}>{t("people.help.signOut")}</Button>}
          onConfirm={async () => {
            await http.POST("/api/v1/admin/users/{id}/sign-out", { params });
            await readAgain(USERS);
          }}
        >
          {t("people.help.signOutLost", { name: person.name })}
        </Confirm>
      </Row>
    </Panel>
  );
}

function Row({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p className="min-w-60 flex-1 text-soft">{text}</p>
      {children}
    </div>
  );
}
