import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { queuesChanged, settleOne, settleSome, type Result, type Verdict } from "@/screens/admin/system/queues/settle";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { useToasts } from "@/ui/Toasts";

interface SettleChosenProps {
  seqs: readonly number[];
  tell: (seq: number, result: Result) => void;
  done: () => void;
}

/** One after the other; what fails stays in the list and says why. */
export function SettleChosen({ seqs, tell, done }: SettleChosenProps) {
  const { t } = useTranslation();
  const toasts = useToasts();
  const [settled, setSettled] = useState(0);
  const settle = async (verdict: Verdict) => {
    let count = 0;
    await settleSome(seqs, (seq) => settleOne(seq, verdict), (seq, result) => {
      if (result === "done") setSettled((count += 1));
      tell(seq, result);
    });
    setSettled(0);
    toasts.tell({ title: t(verdict === "retry" ? "system.dead.settledRetry" : "system.dead.settledDrop", { count }) });
    await queuesChanged();
    done();
  };
  const retrying = useMutation({ mutationFn: () => settle("retry") });
  return (
    <div className="sticky bottom-20 z-20 flex flex-wrap items-center gap-2 rounded-xl border border-line bg-raised p-3 shadow-lg md:bottom-4">
      <p role="status" className="min-w-0 flex-1 px-1 font-medium">
        {settled > 0 ? t("system.dead.soFar", { count: settled }) : t("system.dead.selected", { count: seqs.length })}
      </p>
      <Button look="main" busy={retrying.isPending} onClick={() => retrying.mutate()}>
        {t("system.dead.retry")}
      </Button>
      <Confirm
        title={t("system.dead.dropTitle")}
        act={t("system.dead.drop")}
        trigger={<Button look="danger">{t("system.dead.drop")}</Button>}
        onConfirm={() => settle("drop")}
      >
        {t("system.dead.dropWhat")}
      </Confirm>
      <Button onClick={done}>{t("cancel")}</Button>
    </div>
  );
}
