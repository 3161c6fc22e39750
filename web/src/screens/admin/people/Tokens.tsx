import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

/** Keys that scripts of this person use; what they are is known to nobody but them. */
export function Tokens({ id }: { id: string }) {
  const { t } = useTranslation();
  const { ago, day } = useFormats();
  const tokens = api.useQuery("get", "/api/v1/admin/users/{id}/tokens", { params: { path: { id } } });
  return (
    <Panel title={t("people.tokens.title")} hint={t("people.tokens.hint")}>
      {tokens.isError && <Failure error={tokens.error} retry={() => void tokens.refetch()} />}
      {tokens.isPending && <Skeleton className="h-6" />}
      {tokens.data?.items.length === 0 && <p className="text-soft">{t("people.tokens.none")}</p>}
      <ul className="divide-y divide-line">
        {tokens.data?.items.map((token) => (
          <li key={token.id} className="flex flex-wrap items-center justify-between gap-3 py-2">
            <div className="min-w-0">
              <p className="font-medium break-words">
                {token.name} <span className="font-mono text-sm font-normal text-soft">{token.hint}</span>
              </p>
              <p className="text-sm text-soft">
                {token.scopes.join(", ")} · {t("people.tokens.until", { day: day(token.expiresAt) })} ·{" "}
                {token.lastUsedAt ? t("people.tokens.used", { when: ago(token.lastUsedAt) }) : t("people.tokens.unused")}
              </p>
            </div>
            <Confirm
              title={t("people.tokens.revokeTitle", { name: token.name })}
              act={t("people.tokens.revoke")}
              trigger={<Button>{t("people.tokens.revoke")}</Button>}
              onConfirm={async () => {
                await http.DELETE("/api/v1/admin/users/{id}/tokens/{token_id}", { params: { path: { id, token_id: token.id } } });
                await readAgain(["/api/v1/admin/users"]);
              }}
            >
              {t("people.tokens.lost")}
            </Confirm>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
