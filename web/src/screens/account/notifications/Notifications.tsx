import { useTranslation } from "react-i18next";

import { Channels } from "@/screens/account/notifications/Channels";
import { Mutes } from "@/screens/account/notifications/Mutes";
import { Times } from "@/screens/account/notifications/Times";
import { Types } from "@/screens/account/notifications/Types";
import { usePreferences } from "@/screens/account/notifications/usePreferences";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

export function Notifications() {
  const { t } = useTranslation();
  const { preferences, change } = usePreferences();
  return (
    <Page title={t("me.part.notifications")}>
      <Channels />
      {preferences.isError && <Failure error={preferences.error} retry={() => void preferences.refetch()} />}
      {preferences.isPending && <Skeleton className="h-96" />}
      {preferences.data && (
        <>
          <Types preferences={preferences.data} change={change} />
          <Times preferences={preferences.data} change={change} />
        </>
      )}
      <Mutes />
    </Page>
  );
}
