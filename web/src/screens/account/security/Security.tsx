import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Passkeys } from "@/screens/account/security/Passkeys";
import { Password } from "@/screens/account/security/Password";
import { TwoFactor } from "@/screens/account/security/TwoFactor";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

export function Security() {
  const { t } = useTranslation();
  const state = api.useQuery("get", "/api/v1/auth/2fa");
  return (
    <Page title={t("me.part.security")}>
      {state.isError && <Failure error={state.error} retry={() => void state.refetch()} />}
      {state.isPending && [0, 1, 2].map((place) => <Skeleton key={place} className="h-40" />)}
      {state.data && (
        <>
          <Password hasOne={state.data.stepUp.includes("password")} />
          <TwoFactor state={state.data} />
          <Passkeys />
        </>
      )}
    </Page>
  );
}
