import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Inside } from "@/screens/admin/system/queues/Inside";
import { queuesChanged, settleOne, type Result } from "@/screens/admin/system/queues/settle";
import { useTellFailure } from "@/screens/admin/system/useTellFailure";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Sheet } from "@/ui/Sheet";
import { useToasts } from "@/ui/Toasts";

interface LetterProps {
  letter: Schemas["DeadLetter"];
  chosen: boolean;
  choose: (on: boolean) => void;
  /** What became of it, where it was one of several. */
  result: Result | undefined;
}

export function Letter({ letter, chosen, choose, result }: LetterProps) {
  const { t } = useTranslation();
  const { ago, bytes } = useFormats();
  const { tell } = useToasts();
  const tellFailure = useTellFailure();
  const [open, setOpen] = useState(false);
  const retrying = useMutation({
    mutationFn: () => settleOne(letter.seq, "retry"),
    onSuccess: () => tell({ title: t("system.dead.didRetry") }),
    onError: tellFailure,
    onSettled: queuesChanged,
  });
  const drop = async () => {
    await settleOne(letter.seq, "drop");
    tell({ title: t("system.dead.didDrop") });
    await queuesChanged();
  };
  const isWaiting = letter.state === "waiting";
  const facts = [
    t(`system.dead.kind.${letter.kind}`),
    t("system.dead.attempts", { count: letter.attempts }),
    letter.retries > 0 && t("system.dead.retries", { count: letter.retries }),
    bytes(letter.bytes),
    ago(letter.buriedAt),
  ].filter(Boolean);
  return (
    <li className="flex gap-3 rounded-xl border border-line bg-raised p-4">
      {isWaiting && (
        <input
          type="checkbox"
          aria-label={t("system.dead.selectOf", { name: letter.handler })}
          checked={chosen}
          onChange={(event) => choose(event.target.checked)}
          className="mt-0.5 size-5 shrink-0 accent-accent"
        />
      )}
      <div className="min-w-0 flex-1">
        <p className="font-medium break-all">{letter.handler}</p>
        <p className="break-words">{letter.reason}</p>
        <p className="text-sm break-all text-soft">{letter.subject}</p>
        <p className="text-sm text-soft tabular-nums">{facts.join(" · ")}</p>
        {!isWaiting && letter.settledAt && (
          <Badge tone={letter.state === "retried" ? "good" : "soft"}>
            {t("system.dead.settled", { state: t(`system.dead.state.${letter.state}`), when: ago(letter.settledAt) })}
          </Badge>
        )}
        {result && result !== "done" && <Failure error={result.failed} />}
        <div className="mt-3 flex flex-wrap gap-2">
          {isWaiting && (
            <Button busy={retrying.isPending} onClick={() => retrying.mutate()}>
              {t("system.dead.retry")}
            </Button>
          )}
          <Sheet title={letter.handler} open={open} setOpen={setOpen} trigger={<Button>{t("system.dead.look")}</Button>}>
            <Inside seq={letter.seq} />
            <Button onClick={() => setOpen(false)}>{t("close")}</Button>
          </Sheet>
          {isWaiting && (
            <Confirm
              title={t("system.dead.dropTitle")}
              act={t("system.dead.drop")}
              trigger={<Button look="quiet">{t("system.dead.drop")}</Button>}
              onConfirm={drop}
            >
              {t("system.dead.dropWhat")}
            </Confirm>
          )}
        </div>
      </div>
    </li>
  );
}
