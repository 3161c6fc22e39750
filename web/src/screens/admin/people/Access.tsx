import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { readAgain, useChange, useProblemWords } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";
import { useToasts } from "@/ui/Toasts";

type Account = Schemas["Account"];
const TOUCHES = ["/api/v1/admin/users", "/api/v1/admin/stats"];

/** Role and standing: felt within a second, so each can be undone as fast. */
export function Access({ person, asOwner }: { person: Account; asOwner: boolean }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const words = useProblemWords();
  const put = (body: Schemas["ChangeUserBody"]) => http.PATCH("/api/v1/admin/users/{id}", { params: { path: { id: person.id } }, body });
  const again = (body: Schemas["ChangeUserBody"]) =>
    put(body)
      .catch((error: unknown) => tell({ title: words(error) }))
      .finally(() => readAgain(TOUCHES));
  const role = useChange(
    (next: Schemas["GivenRole"]) => put({ role: next }),
    TOUCHES,
    (next) => ({
      title: t("people.access.roleNow", { name: person.name, role: t(`people.roles.${next}`) }),
      undo: () => void again({ role: next === "admin" ? "user" : "admin" }),
    }),
  );
  const standing = useChange(
    (next: Schemas["UserStatus"]) => put({ status: next }),
    TOUCHES,
    (next) => ({
      title: t(next === "suspended" ? "people.access.suspendedNow" : "people.access.activeNow", { name: person.name }),
      undo: () => void again({ status: next === "suspended" ? "active" : "suspended" }),
    }),
  );
  const suspended = person.status === "suspended";
  return (
    <Panel title={t("people.access.title")}>
      {asOwner ? (
        <Select<Schemas["GivenRole"]>
          label={t("people.role")}
          hint={t("people.access.roleHint")}
          value={role.isPending ? role.variables : (person.role as Schemas["GivenRole"])}
          choose={(next) => role.mutate(next)}
          disabled={role.isPending}
          options={(["user", "admin"] as const).map((value) => ({ value, label: t(`people.roles.${value}`) }))}
        />
      ) : person.role === "admin" ? (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="min-w-0 flex-1 text-soft">{t("people.access.isAdmin")}</p>
          <Button busy={role.isPending} onClick={() => role.mutate("user")}>
            {t("people.access.makeUser")}
          </Button>
        </div>
      ) : (
        <p className="text-sm text-soft">{t("people.access.onlyOwner")}</p>
      )}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-60 flex-1 text-soft">{t(suspended ? "people.access.suspendedHint" : "people.access.activeHint", { name: person.name })}</p>
        <Button look={suspended ? "main" : "plain"} busy={standing.isPending} onClick={() => standing.mutate(suspended ? "active" : "suspended")}>
          {t(suspended ? "people.access.reinstate" : "people.access.suspend")}
        </Button>
      </div>
    </Panel>
  );
}
