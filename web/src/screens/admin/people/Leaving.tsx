import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Panel } from "@/ui/Panel";

/** What cannot be undone. */
export function Leaving({ person, asOwner }: { person: Schemas["Account"]; asOwner: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const params = { path: { id: person.id } };
  return (
    <Panel title={t("people.final.title")}>
      {asOwner && person.status === "active" && (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="min-w-60 flex-1 text-soft">{t("people.final.ownerHint")}</p>
          <Confirm
            title={t("people.final.ownerTitle", { name: person.name })}
            act={t("people.final.owner")}
            trigger={<Button>{t("people.final.owner")}</Button>}
            onConfirm={async () => {
              await http.POST("/api/v1/admin/users/{id}/make-owner", { params });
              await readAgain(["/api/v1/admin/users", "/api/v1/auth/session"]);
            }}
          >
            {t("people.final.ownerLost", { name: person.name })}
          </Confirm>
        </div>
      )}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-60 flex-1 text-soft">{t("people.final.deleteHint")}</p>
        <Confirm
          title={t("people.final.deleteTitle", { name: person.name })}
          act={t("people.final.delete")}
          trigger={<Button look="danger">{t("people.final.delete")}</Button>}
          onConfirm={async () => {
            await http.DELETE("/api/v1/admin/users/{id}", { params });
            await navigate({ to: "/admin/erasures/$id", params: { id: person.id }, search: { name: person.name } });
            void readAgain(["/api/v1/admin/users"]);
          }}
        >
          {t("people.final.deleteLost", { name: person.name })}
        </Confirm>
      </div>
    </Panel>
  );
}
