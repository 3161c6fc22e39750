import clsx from "clsx";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";

const PATH = "/api/v1/media/issues/{id}/comments";

/** What was reported and what has been said since, oldest first. */
export function Conversation({ issue }: { issue: Schemas["Issue"] }) {
  const { t } = useTranslation();
  const pages = usePages(
    ["get", PATH, { params: { path: { id: issue.id } } }],
    async (cursor, signal) => (await http.GET(PATH, { params: { path: { id: issue.id }, query: { cursor, limit: 50 } }, signal })).data!,
  );
  const said = pages.data ? [...pages.items].reverse() : (issue.comments ?? []);
  return (
    <section aria-label={t("issues.conversation")} className="flex flex-col gap-3">
      <Words author={issue.reportedBy} at={issue.createdAt} message={issue.message || t("issues.gone")} />
      {pages.hasNextPage && (
        <Button look="quiet" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t("issues.earlier")}
        </Button>
      )}
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      <ol aria-live="polite" className="flex flex-col gap-3">
        {said.map((comment) => (
          <li key={comment.id}>
            <Words author={comment.author} at={comment.createdAt} message={comment.message} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Words({ author, at, message }: { author: Schemas["IssueAuthor"]; at: string; message: string }) {
  const { t } = useTranslation();
  const { ago, moment } = useFormats();
  const me = useMe();
  const mine = author.id === me.id;
  return (
    <article className={clsx("max-w-prose rounded-xl border border-line p-3", mine ? "self-end bg-accent/10 sm:ml-10" : "bg-raised sm:mr-10")}>
      <p className="flex justify-between gap-3 text-sm text-soft">
        <span className="font-medium">{mine ? t("requests.you") : author.name}</span>
        <time dateTime={at} title={moment(at)}>
          {ago(at)}
        </time>
      </p>
      <p className="mt-1 break-words whitespace-pre-wrap">{message}</p>
    </article>
  );
}
