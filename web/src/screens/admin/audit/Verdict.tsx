import { useMutation } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { verifyAll } from "@/screens/admin/audit/verify";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Sheet } from "@/ui/Sheet";

/** Whether anybody has changed the log since it was written. */
export function Verdict() {
  const { t } = useTranslation();
  const { number } = useFormats();
  const [open, setOpen] = useState(false);
  const verifying = useMutation({
    mutationFn: () => verifyAll(async (after) => (await http.GET("/api/v1/admin/audit/verify", { params: { query: { after } } })).data!),
  });
  const show = (next: boolean) => {
    setOpen(next);
    if (next) verifying.mutate();
  };
  const verdict = verifying.data;
  return (
    <Sheet
      title={t("audit.verify.title")}
      open={open}
      setOpen={show}
      trigger={
        <Button>
          <ShieldCheck aria-hidden className="size-5" />
          {t("audit.verify.open")}
        </Button>
      }
    >
      <p className="text-soft">{t("audit.verify.hint")}</p>
      <div aria-live="polite" className="flex min-h-24 flex-col gap-2">
        {verifying.isPending && <p className="pulse">{t("audit.verify.running")}</p>}
        {verifying.isError && <Failure error={verifying.error} retry={() => verifying.mutate()} />}
        {verdict && (
          <>
            <Badge tone={verdict.intact ? "good" : "bad"} className="whitespace-normal!">
              {verdict.intact ? t("audit.verify.intact") : t("audit.verify.broken", { seq: number(verdict.firstBroken ?? 0) })}
            </Badge>
            {verdict.problem && <p>{verdict.problem}</p>}
            <p className="text-sm text-soft">{t("audit.verify.range", { first: number(verdict.first), last: number(verdict.upTo) })}</p>
            {verdict.waiting > 0 && <p className="text-sm text-soft">{t("audit.verify.waiting", { count: verdict.waiting })}</p>}
            <p className="font-mono text-xs break-all text-soft">{verdict.headHash}</p>
          </>
        )}
      </div>
      <Button onClick={() => setOpen(false)}>{t("close")}</Button>
    </Sheet>
  );
}
