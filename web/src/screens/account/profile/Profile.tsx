import { useNavigate } from "@tanstack/react-router";
import { LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";

import { useMe, useSignOut } from "@/api/session";
import { Email } from "@/screens/account/profile/Email";
import { Limits } from "@/screens/account/profile/Limits";
import { Looks } from "@/screens/account/profile/Looks";
import { Name } from "@/screens/account/profile/Name";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { useToasts } from "@/ui/Toasts";

export function Profile() {
  const { t } = useTranslation();
  const me = useMe();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { tell } = useToasts();
  const leave = () =>
    void signOut().then(
      () => navigate({ to: "/sign-in" }),
      () => tell({ title: t("problems.UNREACHABLE") }),
    );
  return (
    <Page
      title={t("me.part.profile")}
      actions={
        <Button onClick={leave}>
          <LogOut aria-hidden className="size-5" />
          {t("signOut")}
        </Button>
      }
    >
      <Panel title={t("me.who")} actions={<Badge tone={me.role === "user" ? "soft" : "calm"}>{t(`me.role.${me.role}`)}</Badge>}>
        <Name />
        <Email />
      </Panel>
      <Looks />
      <Limits />
    </Page>
  );
}
