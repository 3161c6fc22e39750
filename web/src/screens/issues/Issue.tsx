import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { isAdmin, useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { Answering } from "@/screens/issues/Answering";
import { Conversation } from "@/screens/issues/Conversation";
import { IssueState } from "@/screens/issues/IssueRow";
import { useWhere } from "@/screens/issues/useWhere";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Poster } from "@/ui/Poster";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/in/issues/$id");

export function Issue() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const issue = api.useQuery("get", "/api/v1/media/issues/{id}", { params: { path: { id } } });
  if (issue.isError && !issue.data) return <Failure error={issue.error} retry={() => void issue.refetch()} />;
  if (issue.isPending)
    return (
      <Page title={t("issues.one")} narrow>
        <Skeleton className="h-32" />
        <Skeleton className="h-24" />
      </Page>
    );
  return <Known issue={issue.data} />;
}

function Known({ issue }: { issue: Schemas["Issue"] }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const where = useWhere();
  const me = useMe();
  const navigate = useNavigate();
  const others = (issue.comments ?? []).some((each) => each.author.id !== issue.reportedBy.id);
  const remove = async () => {
    await http.DELETE("/api/v1/media/issues/{id}", { params: { path: { id: issue.id } } });
    await navigate({ to: "/issues", search: {} });
    await outdated("/api/v1/media/issues");
  };
  const mayDelete = isAdmin(me) || (issue.reportedBy.id === me.id && !others);
  return (
    <Page title={t("issues.of", { title: issue.title })} narrow>
      <div className="flex gap-4">
        <Link to="/title/$type/$tmdbId" params={{ type: issue.mediaType, tmdbId: String(issue.tmdbId) }} preload="intent" aria-label={issue.title} className="w-20 shrink-0">
          <Poster src={issue.posterUrl} title={issue.title} />
        </Link>
        <div className="flex min-w-0 flex-col gap-1">
          <p className="text-soft">{[t(`issues.kinds.${issue.kind}`), where(issue)].filter(Boolean).join(" · ")}</p>
          <div aria-live="polite">
            <IssueState status={issue.status} />
          </div>
          <p className="text-sm text-soft">
            {t("issues.by", { name: issue.reportedBy.id === me.id ? t("requests.you") : issue.reportedBy.name, when: ago(issue.createdAt) })}
          </p>
          {issue.waitingReason && <p className="text-sm text-warn">{issue.waitingReason}</p>}
        </div>
      </div>
      <Conversation issue={issue} />
      <Answering issue={issue} />
      {mayDelete && (
        <Confirm
          title={t("issues.delete")}
          act={t("issues.deleteDo")}
          trigger={
            <Button look="danger" className="self-start">
              <Trash2 aria-hidden className="size-5" />
              {t("issues.delete")}
            </Button>
          }
          onConfirm={remove}
        >
          {t("issues.deleteHint")}
        </Confirm>
      )}
    </Page>
  );
}
