import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Problem } from "@/api/problem";
import { useFormats } from "@/i18n/formats";
import { Badge } from "@/ui/Badge";
import { buttonLook } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/in/admin/erasures/$id");
const SECONDS_2 = 2_000;

/** How far every service has got with forgetting somebody. */
export function Erasure() {
  const { t } = useTranslation();
  const { moment, number } = useFormats();
  const { id } = route.useParams();
  const { name } = route.useSearch();
  const erasure = api.useQuery(
    "get",
    "/api/v1/admin/erasures/{id}",
    { params: { path: { id } } },
    {
      refetchInterval: ({ state }) => (state.data?.complete ? false : SECONDS_2),
      // It is written down a moment after the account has gone.
      retry: (count, error) => count < 5 && error instanceof Problem && [0, 404, 502, 503, 504].includes(error.status),
    },
  );
  return (
    <Page title={name ? t("people.erasure.of", { name }) : t("people.erasure.title")} narrow>
      {erasure.isError && <Failure error={erasure.error} retry={() => void erasure.refetch()} />}
      {erasure.isPending && <Skeleton className="h-64 rounded-xl" />}
      {erasure.data && (
        <Panel title={t(erasure.data.complete ? "people.erasure.complete" : "people.erasure.running")} hint={moment(erasure.data.requestedAt)}>
          <ul aria-live="polite" className="divide-y divide-line">
            {erasure.data.services.map((part) => (
              <li key={part.service} className="flex flex-wrap items-center justify-between gap-x-4 py-2">
                <span className="min-w-0">
                  <span className="font-medium">{part.service}</span>
                  {part.removed && (
                    <span className="block text-sm break-words text-soft">
                      {Object.entries(part.removed)
                        .filter(([, count]) => count > 0)
                        .map(([what, count]) => `${what} ${number(count)}`)
                        .join(", ") || t("people.erasure.nothing")}
                    </span>
                  )}
                </span>
                <Badge tone={part.doneAt ? "good" : "warn"}>{t(part.doneAt ? "people.erasure.done" : "people.erasure.waiting")}</Badge>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Link to="/admin/people" className={buttonLook("plain", "self-start")}>
        {t("people.erasure.back")}
      </Link>
    </Page>
  );
}
