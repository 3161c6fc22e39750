import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { Decline } from "@/screens/requests/Decline";
import { read } from "@/screens/requests/decisions";
import { Button } from "@/ui/Button";
import { useToasts } from "@/ui/Toasts";

const MOST = 100;

interface BulkProps {
  requests: Schemas["MediaRequest"][];
  chosen: ReadonlySet<string>;
  setChosen: (chosen: ReadonlySet<string> | null) => void;
}

/** Several decided together. What could not be is named, and stays chosen. */
export function Bulk({ requests, chosen, setChosen }: BulkProps) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [declining, setDeclining] = useState(false);
  const [refused, setRefused] = useState<Schemas["BulkResult"][]>([]);
  const waiting = requests.filter((each) => each.status === "pending").slice(0, MOST);
  const ids = waiting.filter((each) => chosen.has(each.id)).map((each) => each.id);
  const deciding = useMutation({
    mutationFn: async (body: Omit<Schemas["MediaBulkBody"], "ids">) =>
      (await http.POST("/api/v1/media/requests/bulk", { body: { ids, ...body } })).data!,
    onSuccess: (answer) => {
      const failed = answer.results.filter((each) => !each.done);
      setRefused(failed);
      setChosen(failed.length > 0 ? new Set(failed.map((each) => each.id)) : null);
      tell({ title: t("requests.decided", { count: answer.done }) });
    },
    onError: (error) => tell({ title: t("requests.notDone"), body: error.message || t("problems.UNKNOWN") }),
    onSettled: () => void read(),
  });
  const titleOf = (id: string) => requests.find((each) => each.id === id)?.title ?? id;
  return (
    <div
      role="region"
      aria-label={t("requests.chooseSome")}
      className="sticky bottom-16 z-30 flex flex-col gap-2 rounded-xl border border-line bg-raised p-3 shadow-lg md:bottom-4"
    >
      {refused.length > 0 && (
        <ul role="alert" className="text-sm text-bad">
          {refused.map((each) => (
            <li key={each.id}>
              {titleOf(each.id)}: {each.detail ?? each.code}
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <p aria-live="polite" className="min-w-24 flex-1 font-medium">
          {t("requests.chosen", { count: ids.length })}
        </p>
        <Button
          look="quiet"
          disabled={waiting.length === 0}
          onClick={() => setChosen(new Set(ids.length === waiting.length ? [] : waiting.map((each) => each.id)))}
        >
          {t(ids.length > 0 && ids.length === waiting.length ? "ask.none" : "ask.all")}
        </Button>
        <Button look="main" busy={deciding.isPending} disabled={ids.length === 0} onClick={() => deciding.mutate({ action: "approve" })}>
          {t("requests.approve")}
        </Button>
        <Button busy={deciding.isPending} disabled={ids.length === 0} onClick={() => setDeclining(true)}>
          {t("requests.decline")}
        </Button>
      </div>
      <Decline
        title={t("requests.declineSome", { count: ids.length })}
        open={declining}
        setOpen={setDeclining}
        decline={(reason) => deciding.mutateAsync({ action: "decline", reason })}
      />
    </div>
  );
}
