import { useTranslation } from "react-i18next";

import { Linked } from "@/screens/account/apps/Linked";
import { Tokens } from "@/screens/account/apps/Tokens";
import { Page } from "@/ui/Page";

export function Apps() {
  const { t } = useTranslation();
  return (
    <Page title={t("me.part.apps")}>
      <Linked />
      <Tokens />
    </Page>
  );
}
