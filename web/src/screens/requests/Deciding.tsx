import { Check, RotateCcw, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { useMe } from "@/api/session";
import { Decline } from "@/screens/requests/Decline";
import { ONE, read, useApprove, useRetry } from "@/screens/requests/decisions";
import { deedsOf } from "@/screens/requests/deeds";
import { Button } from "@/ui/Button";

/** What an administrator decides, where the request stands. */
export function Deciding({ request }: { request: Schemas["MediaRequest"] }) {
  const { t } = useTranslation();
  const deeds = deedsOf(request, useMe());
  const [declining, setDeclining] = useState(false);
  const approve = useApprove();
  const retry = useRetry();
  const decline = async (reason: string) => {
    await http.POST(`${ONE}/decline`, { params: { path: { id: request.id } }, body: { reason } });
    await read();
  };
  if (!deeds.approve && !deeds.decline && !deeds.retry) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {deeds.approve && (
        <Button look="main" aria-label={t("requests.approveOf", { title: request.title })} onClick={() => approve.mutate(request)}>
          <Check aria-hidden className="size-5" />
          {t("requests.approve")}
        </Button>
      )}
      {deeds.retry && (
        <Button aria-label={t("requests.retryOf", { title: request.title })} onClick={() => retry.mutate(request)}>
          <RotateCcw aria-hidden className="size-5" />
          {t("requests.retry")}
        </Button>
      )}
      {deeds.decline && (
        <Button aria-label={t("requests.declineTitle", { title: request.title })} onClick={() => setDeclining(true)}>
          <X aria-hidden className="size-5" />
          {t("requests.decline")}
        </Button>
      )}
      <Decline title={t("requests.declineTitle", { title: request.title })} open={declining} setOpen={setDeclining} decline={decline} />
    </div>
  );
}
