import { Link } from "@tanstack/react-router";
import { MessageSquare } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { useWhere } from "@/screens/issues/useWhere";
import { Badge } from "@/ui/Badge";
import { Poster } from "@/ui/Poster";

type Issue = Schemas["Issue"];

export function IssueState({ status }: { status: Issue["status"] }) {
  const { t } = useTranslation();
  return <Badge tone={status === "open" ? "warn" : "good"}>{t(`issues.status.${status}`)}</Badge>;
}

/** `ofTitle`: where the title stands above it already. */
export function IssueRow({ issue, ofTitle = false }: { issue: Issue; ofTitle?: boolean }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const where = useWhere();
  const what = [t(`issues.kinds.${issue.kind}`), where(issue)].filter(Boolean).join(" · ");
  return (
    <Link to="/issues/$id" params={{ id: issue.id }} preload="intent" className="flex gap-4 px-4 py-3 hover:bg-line/30">
      {!ofTitle && <Poster src={issue.posterUrl} title="" className="w-12 shrink-0 self-start" />}
      <div className="min-w-0 flex-1">
        {!ofTitle && <p className="truncate font-medium">{issue.title}</p>}
        <div className="flex flex-wrap items-center justify-between gap-x-4">
          <span className={ofTitle ? "font-medium" : "text-sm text-soft"}>{what}</span>
          <IssueState status={issue.status} />
        </div>
        <p className="line-clamp-2 break-words">{issue.message}</p>
        <p className="flex flex-wrap items-center gap-x-3 text-sm text-soft">
          {issue.reportedBy.name} · {ago(issue.createdAt)}
          {issue.commentCount > 0 && (
            <span className="inline-flex items-center gap-1">
              <MessageSquare aria-hidden className="size-4" />
              {t("issues.answers", { count: issue.commentCount })}
            </span>
          )}
        </p>
      </div>
    </Link>
  );
}
