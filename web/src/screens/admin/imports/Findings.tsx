import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { Choices } from "@/ui/Choices";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/media/import/{id}/findings";

/** Everybody and every request that was found, and what becomes of each. */
export function Findings({ id }: { id: string }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Schemas["FindingKind"]>("person");
  const found = usePages(["get", PATH, id, kind], async (cursor, signal) => {
    return (await http.GET(PATH, { params: { path: { id }, query: { kind, cursor, limit: 50 } }, signal })).data!;
  });
  return (
    <Panel title={t("imports.findings")}>
      <Choices<Schemas["FindingKind"]>
        label={t("imports.findings")}
        value={kind}
        choose={setKind}
        options={[
          { value: "person", label: t("imports.people") },
          { value: "request", label: t("imports.requests") },
        ]}
      />
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Skeleton className="h-40" />}
      {found.isSuccess && found.items.length === 0 && <p className="text-soft">{t("imports.nothing")}</p>}
      <ul className="divide-y divide-line">
        {found.items.map((each) => (
          <li key={`${each.kind}${each.theirId}`} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2">
            <span className="min-w-0 break-words">
              {each.name}
              {each.requestedBy && <span className="text-soft"> · {each.requestedBy}</span>}
              {each.is4k && <span className="text-soft"> · 4K</span>}
            </span>
            <span className="text-sm text-soft">
              {t(`imports.outcome.${each.outcome}`)}
              {each.reason && `: ${each.reason}`}
            </span>
          </li>
        ))}
      </ul>
      <More pages={found} />
    </Panel>
  );
}
