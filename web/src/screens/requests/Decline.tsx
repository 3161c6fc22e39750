import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/api/problem";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";

// Requests stand on the first screen, where most people decide nothing.
const Sheet = lazy(() => import("@/ui/Sheet").then((loaded) => ({ default: loaded.Sheet })));

const REASONS = ["taste", "space", "unreleased", "available"] as const;

interface DeclineProps {
  title: string;
  open: boolean;
  setOpen: (open: boolean) => void;
  decline: (reason: string) => Promise<unknown>;
}

/** Never without a reason: whoever asked is told. */
export function Decline({ title, open, setOpen, decline }: DeclineProps) {
  if (!open) return null;
  return (
    <Suspense>
      <Sheet title={title} open setOpen={setOpen}>
        <Reason decline={decline} done={() => setOpen(false)} />
      </Sheet>
    </Suspense>
  );
}

function Reason({ decline, done }: { decline: (reason: string) => Promise<unknown>; done: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const declining = useMutation({ mutationFn: decline, onSuccess: done });
  const fields = declining.error instanceof Problem ? declining.error.fields : {};
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        declining.mutate(reason.trim());
      }}
    >
      <div role="group" aria-label={t("requests.suggestions")} className="flex flex-wrap gap-2">
        {REASONS.map((each) => (
          <Button key={each} className="text-sm" onClick={() => setReason(t(`requests.reasons.${each}`))}>
            {t(`requests.reasons.${each}`)}
          </Button>
        ))}
      </div>
      <Field
        label={t("requests.reason")}
        hint={t("requests.reasonHint")}
        wrong={fields["reason"]}
        maxLength={500}
        required
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {declining.isError && <Failure error={declining.error} />}
      <div className="flex gap-3">
        <Button look="danger" type="submit" busy={declining.isPending} disabled={!reason.trim()} className="flex-1">
          {t("requests.decline")}
        </Button>
        <Button onClick={done}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
