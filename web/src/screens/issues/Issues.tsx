import { getRouteApi } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { usePages } from "@/api/pages";
import { isAdmin, useMe } from "@/api/session";
import { IssueRow } from "@/screens/issues/IssueRow";
import { Choices } from "@/ui/Choices";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/in/issues");
const PATH = "/api/v1/media/issues";
const STATUSES = ["open", "resolved", "all"] as const;

export function Issues() {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = route.useNavigate();
  const shown = route.useSearch().status ?? "open";
  const status = shown === "all" ? null : shown;
  const pages = usePages(
    ["get", PATH, { status }],
    async (cursor, signal) => (await http.GET(PATH, { params: { query: { status, cursor, limit: 30, sort: "updated" } }, signal })).data!,
  );
  return (
    <Page title={isAdmin(me) ? t("issues.title") : t("issues.yours")} narrow>
      <Choices
        label={t("issues.which")}
        options={STATUSES.map((value) => ({ value, label: t(`issues.status.${value}`) }))}
        value={shown}
        choose={(next) => void navigate({ search: { status: next }, replace: true })}
      />
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && Array.from({ length: 4 }, (_, place) => <Skeleton key={place} className="h-28" />)}
      {pages.isSuccess && pages.items.length === 0 && (
        <Empty icon={CircleCheck} title={t("issues.nothing")}>
          {t("issues.nothingHint")}
        </Empty>
      )}
      {pages.items.length > 0 && (
        <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-raised">
          {pages.items.map((issue) => (
            <li key={issue.id}>
              <IssueRow issue={issue} />
            </li>
          ))}
        </ul>
      )}
      <More pages={pages} />
    </Page>
  );
}
