import { Link, useLocation } from "@tanstack/react-router";
import { CircleCheck, Link2Off } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Entrance } from "@/screens/signin/Entrance";
import { tokenIn } from "@/screens/signin/landing";
import { Refusal } from "@/screens/signin/Refusal";
import { isOver } from "@/screens/signin/Reset";
import { Button, buttonLook } from "@/ui/Button";
import { Empty } from "@/ui/Empty";

/** A button, because mail programs look at links on their own. */
export function ConfirmEmail() {
  const { t } = useTranslation();
  const token = useLocation({ select: ({ hash }) => tokenIn(hash) });
  const confirming = api.useMutation("post", "/api/v1/auth/email/confirm");
  const title = t("signIn.confirmTitle");
  const home = (
    <Link to="/" className={buttonLook("main")}>
      {t("signIn.toPortal")}
    </Link>
  );
  if (!token || isOver(confirming.error))
    return (
      <Entrance title={title}>
        <Empty icon={Link2Off} title={t("signIn.linkOver")}>
          {t("signIn.confirmOver")}
        </Empty>
        {home}
      </Entrance>
    );
  if (confirming.isSuccess)
    return (
      <Entrance title={title}>
        <div role="status">
          <Empty icon={CircleCheck} title={t("signIn.confirmed")} />
        </div>
        {home}
      </Entrance>
    );
  return (
    <Entrance title={title} hint={t("signIn.confirmHint")}>
      <Refusal error={confirming.error} wait={0} />
      <Button look="main" busy={confirming.isPending} onClick={() => confirming.mutate({ body: { token } })}>
        {t("signIn.confirm")}
      </Button>
    </Entrance>
  );
}
