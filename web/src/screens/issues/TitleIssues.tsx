import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { IssueRow } from "@/screens/issues/IssueRow";

/** What has been reported of a title, as far as one may see it. Most have nothing, and say nothing. */
export function TitleIssues({ title }: { title: Schemas["Title"] }) {
  const { t } = useTranslation();
  const { mediaType, tmdbId } = title;
  const issues = api.useQuery("get", "/api/v1/media/issues", { params: { query: { mediaType, tmdbId, limit: 20 } } });
  if (!issues.data?.items.length) return null;
  return (
    <section aria-labelledby="issues">
      <h2 id="issues" className="mb-3 text-xl font-semibold">
        {t("issues.title")}
      </h2>
      <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-raised">
        {issues.data.items.map((issue) => (
          <li key={issue.id}>
            <IssueRow issue={issue} ofTitle />
          </li>
        ))}
      </ul>
    </section>
  );
}
