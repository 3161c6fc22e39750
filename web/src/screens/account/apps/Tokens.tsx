import { useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { NewToken } from "@/screens/account/apps/NewToken";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

/** Keys for scripts and other programs, each for what it is good for and no more. */
export function Tokens() {
  const { t } = useTranslation();
  const tokens = api.useQuery("get", "/api/v1/auth/tokens");
  return (
    <Panel title={t("me.tokens.title")} hint={t("me.tokens.hint")} actions={<NewToken />}>
      {tokens.isError && <Failure error={tokens.error} retry={() => void tokens.refetch()} />}
      {tokens.isPending && <Skeleton className="h-24" />}
      {tokens.data?.items.length === 0 && (
        <Empty icon={KeyRound} title={t("me.tokens.none")}>
          {t("me.tokens.noneHint")}
        </Empty>
      )}
      <ul className="divide-y divide-line">
        {tokens.data?.items.map((each) => (
          <One key={each.id} token={each} />
        ))}
      </ul>
    </Panel>
  );
}

function One({ token }: { token: Schemas["PersonalToken"] }) {
  const { t } = useTranslation();
  const { day, ago } = useFormats();
  const queries = useQueryClient();
  const over = isOver(token);
  const revoke = () =>
    http
      .DELETE("/api/v1/auth/tokens/{id}", { params: { path: { id: token.id } } })
      .then(() => queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/tokens"] }));
  return (
    <li className="flex flex-wrap items-center gap-3 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium break-words">
          {token.name} <code className="text-sm font-normal text-soft">{token.hint}</code>
        </p>
        <p className="text-sm text-soft">{token.scopes.map((each) => t(`me.scope.${each}.name`)).join(", ")}</p>
        <p className="text-sm text-soft">
          <span className={over ? "text-bad" : undefined}>{t(over ? "me.tokens.expired" : "me.tokens.expires", { when: day(token.expiresAt) })}</span> ·{" "}
          {token.lastUsedAt ? t("me.used", { when: ago(token.lastUsedAt) }) : t("me.unused")}
        </p>
      </div>
      <Confirm
        title={t("me.tokens.revokeTitle", { name: token.name })}
        act={t("me.tokens.revoke")}
        trigger={<Button>{t("me.tokens.revoke")}</Button>}
        onConfirm={revoke}
      >
        {t("me.tokens.revokeHint")}
      </Confirm>
    </li>
  );
}

function isOver({ expiresAt }: Schemas["PersonalToken"]): boolean {
  return Date.parse(expiresAt) < Date.now();
}
