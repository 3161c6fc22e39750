import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Copyable } from "@/ui/Copyable";
import { Failure } from "@/ui/Failure";
import { Skeleton } from "@/ui/Skeleton";

/** What a dead letter says, with what is secret left out by the portal. */
export function Inside({ seq }: { seq: number }) {
  const { t } = useTranslation();
  const letter = api.useQuery("get", "/api/v1/admin/queues/dead-letters/{seq}", { params: { path: { seq } } });
  if (letter.isError && !letter.data) return <Failure error={letter.error} retry={() => void letter.refetch()} />;
  if (letter.isPending) return <Skeleton className="h-64" />;
  const { body, isJson, isCut, headers, reason, correlationId } = letter.data;
  return (
    <>
      <p className="break-words">{reason}</p>
      {correlationId && <Copyable label={t("system.dead.correlation")} text={correlationId} />}
      <section aria-label={t("system.dead.body")}>
        <h3 className="mb-1 text-sm font-medium">{t("system.dead.body")}</h3>
        {body ? (
          <pre className="rounded-lg border border-line bg-ground p-3 text-sm break-words whitespace-pre-wrap">
            {isJson ? pretty(body) : body}
          </pre>
        ) : (
          <p className="text-soft">{t("system.dead.noBody")}</p>
        )}
        {isCut && <p className="text-sm text-soft">{t("system.dead.cut")}</p>}
      </section>
      {Object.keys(headers).length > 0 && (
        <section aria-label={t("system.dead.headers")}>
          <h3 className="mb-1 text-sm font-medium">{t("system.dead.headers")}</h3>
          <dl className="text-sm">
            {Object.entries(headers).map(([name, value]) => (
              <div key={name} className="py-1">
                <dt className="text-soft">{name}</dt>
                <dd className="font-mono break-all">{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

/** A part of a JSON text is none: it is shown as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
