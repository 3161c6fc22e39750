import { useTranslation } from "react-i18next";

import type { User } from "@/api/session";
import { Channels } from "@/screens/account/notifications/Channels";
import { IntegrationForm } from "@/screens/setup/IntegrationForm";
import type { Known } from "@/screens/setup/progress";

/** First what the whole portal sends mail with, on which a channel of one's own may depend. */
export function Notifications({ known, user }: { known: Known; user: User }) {
  const { t } = useTranslation();
  const smtp = known.integrations.find((each) => each.kind === "smtp");
  return (
    <>
      {user.role === "owner" || smtp?.source === "settings" ? (
        <IntegrationForm kind="smtp" integration={smtp} help={<p>{t("setup.mailHelp")}</p>} />
      ) : (
        <p className="text-soft">{t("setup.mailOwner")}</p>
      )}
      <Channels />
    </>
  );
}
