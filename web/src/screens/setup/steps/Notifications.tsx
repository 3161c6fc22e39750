import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { User } from "@/api/session";
import { IntegrationForm } from "@/screens/setup/IntegrationForm";
import type { Known } from "@/screens/setup/progress";
import { buttonLook } from "@/ui/Button";
import { Panel } from "@/ui/Panel";

export function Notifications({ known, user }: { known: Known; user: User }) {
  const { t } = useTranslation();
  const smtp = known.integrations.find((each) => each.kind === "smtp");
  return (
    <>
      <Panel title={t("setup.own.title")} hint={t("setup.own.hint")}>
        <p>{known.reachable ? t("setup.own.reachable") : t("setup.own.none")}</p>
        <Link to="/account/notifications" className={buttonLook("plain", "self-start")}>
          {t("setup.own.open")}
        </Link>
      </Panel>
      {user.role === "owner" || smtp?.source === "settings" ? (
        <IntegrationForm kind="smtp" integration={smtp} help={<p>{t("setup.mailHelp")}</p>} />
      ) : (
        <p className="text-soft">{t("setup.mailOwner")}</p>
      )}
    </>
  );
}
