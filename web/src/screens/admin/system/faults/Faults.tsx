import { Bug } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { usePages } from "@/api/pages";
import { Fault } from "@/screens/admin/system/faults/Fault";
import { Choices } from "@/ui/Choices";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/errors";
const WHICH = ["open", "resolved"] as const;

export function Faults() {
  const { t } = useTranslation();
  const [which, setWhich] = useState<(typeof WHICH)[number]>("open");
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim()) || null;
  const resolved = which === "resolved";
  const faults = usePages(["get", PATH, { q, resolved }], async (cursor, signal) =>
    (await http.GET(PATH, { params: { query: { q, resolved, cursor, limit: 30 } }, signal })).data!,
  );
  const isFiltered = q !== null || resolved;
  return (
    <Page title={t("system.faults.title")}>
      <p className="-mt-4 max-w-prose text-soft">{t("system.faults.hint")}</p>
      <div className="flex flex-col gap-3 md:flex-row md:items-end md:justify-between">
        <Choices
          label={t("system.dead.which")}
          value={which}
          choose={setWhich}
          options={WHICH.map((each) => ({ value: each, label: t(`system.faults.${each}`) }))}
        />
        <Field label={t("system.act.search")} type="search" value={typed} onChange={(event) => setTyped(event.target.value)} maxLength={100} />
      </div>
      {faults.isError && <Failure error={faults.error} retry={() => void faults.refetch()} />}
      {faults.isPending && Array.from({ length: 4 }, (_, place) => <Skeleton key={place} className="h-28" />)}
      {faults.isSuccess && faults.items.length === 0 && (
        <Empty icon={Bug} title={isFiltered ? t("system.faults.noneHere") : t("system.faults.none")}>
          {!isFiltered && t("system.faults.noneHint")}
        </Empty>
      )}
      <ul className="flex flex-col gap-3">
        {faults.items.map((fault) => (
          <Fault key={fault.id} fault={fault} />
        ))}
      </ul>
      <More pages={faults} />
    </Page>
  );
}
