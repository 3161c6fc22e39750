import { getRouteApi, Link } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Entrance } from "@/screens/signin/Entrance";
import { useEntering } from "@/screens/signin/entering";
import { challengeIn } from "@/screens/signin/landing";
import { nameOf } from "@/screens/signin/providerNames";
import { useReason } from "@/screens/signin/reasons";
import { SecondFactor } from "@/screens/signin/SecondFactor";
import { WithPasskey } from "@/screens/signin/WithPasskey";
import { WithPassword } from "@/screens/signin/WithPassword";
import { WithPlex } from "@/screens/signin/WithPlex";
import { WithProvider } from "@/screens/signin/WithProvider";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/sign-in");

export function SignIn() {
  const { t } = useTranslation();
  const { to = "/", code, provider, why } = route.useSearch();
  const navigate = route.useNavigate();
  const [remember, setRemember] = useState(true);
  const [asked] = useState(() => challengeIn(location.hash));
  const { challenge, startOver, answered, enter } = useEntering(asked?.to ?? to, asked);
  const providers = api.useQuery("get", "/api/v1/auth/providers");
  const ways = providers.data;

  if (challenge) {
    const back = () => {
      startOver();
      void navigate({ search: { to }, hash: "", replace: true });
    };
    return (
      <Entrance title={t("signIn.secondTitle")} hint={t("signIn.secondHint")}>
        <SecondFactor challenge={challenge} enter={enter} startOver={back} />
      </Entrance>
    );
  }
  if (ways?.setupRequired) return <NobodyYet />;
  return (
    <Entrance title={t("signIn.title")} hint={why ? <SignedOut why={why} /> : undefined}>
      {code && <NotLetIn code={code} provider={provider} />}
      {providers.isError && <Failure error={providers.error} retry={() => void providers.refetch()} />}
      {providers.isPending && <Waiting />}
      {ways?.plex && <WithPlex to={to} answered={answered} />}
      {ways?.providers?.map((each) => <WithProvider key={each.id} provider={each} to={to} />)}
      {ways?.passkeys && <WithPasskey answered={answered} remember={remember} />}
      {ways?.password && (
        <>
          {(ways.plex || ways.passkeys) && <Or />}
          <WithPassword answered={answered} alone={!ways.plex} remember={remember} setRemember={setRemember} />
        </>
      )}
    </Entrance>
  );
}

function SignedOut({ why }: { why: string }) {
  const { t } = useTranslation();
  return <p role="status">{why === "TOKEN_REUSED" ? t("signIn.endedReused") : t("signIn.ended")}</p>;
}

function NotLetIn({ code, provider }: { code: string; provider: string | undefined }) {
  const { t } = useTranslation();
  const reason = useReason();
  return (
    <div role="alert" className="rounded-xl border border-bad p-4">
      {provider && <p className="font-medium">{t("signIn.notWith", { provider: nameOf(provider) })}</p>}
      <p>{reason(code)}</p>
    </div>
  );
}

function NobodyYet() {
  const { t } = useTranslation();
  return (
    <Entrance title={t("signIn.nobodyTitle")}>
      <Empty icon={KeyRound} title={t("signIn.nobody")}>
        {t("signIn.nobodyHint")}
      </Empty>
      <Link to="/setup" className="text-center font-medium text-accent underline-offset-2 hover:underline">
        {t("signIn.haveToken")}
      </Link>
    </Entrance>
  );
}

function Or() {
  const { t } = useTranslation();
  return (
    <p className="flex items-center gap-3 text-sm text-soft before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {t("signIn.or")}
    </p>
  );
}

function Waiting() {
  return (
    <div className="flex flex-col gap-4">
      <Skeleton className="h-11" />
      <Skeleton className="h-16" />
      <Skeleton className="h-16" />
      <Skeleton className="h-11" />
    </div>
  );
}
