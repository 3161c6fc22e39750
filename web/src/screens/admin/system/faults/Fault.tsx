import { useMutation } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, queries, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { useTellFailure } from "@/screens/admin/system/useTellFailure";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/admin/errors/{id}";

function faultsChanged(): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey }) => ["/api/v1/admin/errors", "/api/v1/admin/stats"].some((path) => String(queryKey[1]).startsWith(path)),
  });
}

export function Fault({ fault }: { fault: Schemas["ErrorSummary"] }) {
  const { t } = useTranslation();
  const { ago, number } = useFormats();
  const { tell } = useToasts();
  const tellFailure = useTellFailure();
  const [isOpen, setOpen] = useState(false);
  const params = { path: { id: fault.id } };
  const resolving = useMutation({
    mutationFn: () => http.POST(`${PATH}/resolve`, { params }),
    onSuccess: async () => {
      tell({ title: t("system.faults.didResolve"), body: t("system.faults.resolveHint") });
      await faultsChanged();
    },
    onError: tellFailure,
  });
  const remove = async () => {
    await http.DELETE(PATH, { params });
    await faultsChanged();
  };
  const where = [fault.page, fault.browser, fault.release && t("system.faults.release", { version: fault.release })].filter(Boolean);
  const when = [
    t("system.faults.times", { count: fault.count, number: number(fault.count) }),
    t("system.faults.last", { when: ago(fault.lastSeenAt) }),
    fault.count > 1 && t("system.faults.first", { when: ago(fault.firstSeenAt) }),
  ].filter(Boolean);
  return (
    <li className="rounded-xl border border-line bg-raised p-4">
      <p className="font-mono text-sm font-medium break-words">{fault.message}</p>
      <p className="mt-1 text-sm break-all text-soft">{where.join(" · ")}</p>
      <p className="text-sm text-soft tabular-nums">{when.join(" · ")}</p>
      <details className="group mt-2" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="inline-flex min-h-11 cursor-pointer list-none items-center gap-2 font-medium [&::-webkit-details-marker]:hidden">
          <ChevronRight aria-hidden className="size-4 transition group-open:rotate-90" />
          {t("system.faults.stack")}
        </summary>
        {isOpen && <Stack id={fault.id} />}
      </details>
      <div className="mt-2 flex flex-wrap gap-2">
        {!fault.resolvedAt && (
          <Button busy={resolving.isPending} onClick={() => resolving.mutate()}>
            {t("system.faults.resolve")}
          </Button>
        )}
        <Confirm
          title={t("system.faults.deleteTitle")}
          act={t("system.act.delete")}
          trigger={<Button look="quiet">{t("system.act.delete")}</Button>}
          onConfirm={remove}
        >
          {t("system.faults.deleteWhat")}
        </Confirm>
      </div>
    </li>
  );
}

function Stack({ id }: { id: string }) {
  const { t } = useTranslation();
  const details = api.useQuery("get", PATH, { params: { path: { id } } });
  if (details.isError && !details.data) return <Failure error={details.error} retry={() => void details.refetch()} />;
  if (details.isPending) return <Skeleton className="h-32" />;
  if (!details.data.stack) return <p className="text-soft">{t("system.faults.noStack")}</p>;
  return (
    <pre className="rounded-lg border border-line bg-ground p-3 text-xs break-words whitespace-pre-wrap">
      {details.data.stack}
    </pre>
  );
}
