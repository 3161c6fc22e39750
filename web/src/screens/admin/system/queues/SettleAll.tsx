import { useState } from "react";
import { useTranslation } from "react-i18next";

import { queuesChanged, settleAll, stepOf, type Filter, type Verdict } from "@/screens/admin/system/queues/settle";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { useToasts } from "@/ui/Toasts";

/** What is done with all that fit, whether they are on the page yet or not. */
export function SettleAll({ filter, upTo }: { filter: Filter; upTo: number }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [sofar, setSofar] = useState<number | null>(null);
  const settle = async (verdict: Verdict) => {
    try {
      const { settled, skipped } = await settleAll(filter, upTo, stepOf(verdict), (now) => setSofar(now.settled));
      tell({
        title: t(verdict === "retry" ? "system.dead.settledRetry" : "system.dead.settledDrop", { count: settled }),
        ...(skipped > 0 && { body: t("system.dead.skipped", { count: skipped }) }),
      });
    } finally {
      setSofar(null);
      await queuesChanged();
    }
  };
  const progress = sofar !== null && <p role="status">{t("system.dead.soFar", { count: sofar })}</p>;
  return (
    <>
      <Confirm
        title={t("system.dead.retryAllTitle")}
        act={t("system.dead.retry")}
        trigger={<Button>{t("system.dead.retryAll")}</Button>}
        onConfirm={() => settle("retry")}
      >
        <p>{t("system.dead.retryAllWhat")}</p>
        {progress}
      </Confirm>
      <Confirm
        title={t("system.dead.dropAllTitle")}
        act={t("system.dead.drop")}
        trigger={<Button look="quiet">{t("system.dead.dropAll")}</Button>}
        onConfirm={() => settle("drop")}
      >
        <p>{t("system.dead.dropAllWhat")}</p>
        {progress}
      </Confirm>
    </>
  );
}
