import { getRouteApi, Link, useLocation } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Live } from "@/live/Live";
import { Owner } from "@/screens/setup/Owner";
import { Wizard } from "@/screens/setup/Wizard";
import { Entrance } from "@/screens/signin/Entrance";
import { tokenIn } from "@/screens/signin/landing";
import { StepUp } from "@/shell/StepUp";
import { buttonLook } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/setup");

export function Setup() {
  const { user } = route.useRouteContext();
  if (!user) return <Beginning />;
  return (
    <Live>
      <Wizard user={user} />
      <StepUp />
    </Live>
  );
}

/** Before anybody is in: the owner is made, once. */
function Beginning() {
  const { t } = useTranslation();
  const token = useLocation({ select: ({ hash }) => tokenIn(hash) });
  const providers = api.useQuery("get", "/api/v1/auth/providers");
  if (providers.data?.setupRequired) return <Owner token={token} />;
  return (
    <Entrance title={t("setup.title")}>
      {providers.isPending && <Skeleton className="h-72" />}
      {providers.isError && <Failure error={providers.error} retry={() => void providers.refetch()} />}
      {providers.data && (
        <>
          <Empty icon={CircleCheck} title={t("setup.hasOwner")}>
            {t("setup.hasOwnerHint")}
          </Empty>
          <Link to="/sign-in" search={{ to: "/setup" }} className={buttonLook("main")}>
            {t("signIn.do")}
          </Link>
        </>
      )}
    </Entrance>
  );
}
