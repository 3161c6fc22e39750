import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Answer } from "@/screens/signin/entering";
import { cameBackFromPlex, leaveForPlex, leftForPlex, type PlexSignIn } from "@/screens/signin/plexSignIn";
import { Refusal, useWait } from "@/screens/signin/Refusal";
import { Button, buttonLook } from "@/ui/Button";

const SECONDS = 2;
/** What another look may change. */
const PASSING = new Set([0, 429, 502, 503, 504]);

export function WithPlex({ to, answered }: { to: string; answered: (answer: Answer) => void }) {
  const { t } = useTranslation();
  const [left, setLeft] = useState(leftForPlex);
  const [failed, setFailed] = useState<unknown>(null);
  const starting = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/auth/plex/pin")).data!,
    onMutate: () => setFailed(null),
    onSuccess: (started) => {
      setLeft(leaveForPlex(started, to));
      // In this tab: windows that a page opens by itself are blocked on phones.
      location.assign(started.authUrl);
    },
  });
  const error = starting.error ?? failed;
  const wait = useWait(error);
  const stop = (why: unknown = null) => {
    cameBackFromPlex();
    setLeft(null);
    setFailed(why);
  };
  if (left) return <AtPlex left={left} answered={answered} stop={stop} />;
  return (
    <div className="flex flex-col gap-3">
      <Button look="main" busy={starting.isPending} disabled={wait > 0} onClick={() => starting.mutate()}>
        {t("signIn.plex")}
      </Button>
      <Refusal error={error} wait={wait} />
    </div>
  );
}

interface AtPlexProps {
  left: PlexSignIn;
  answered: (answer: Answer) => void;
  stop: (why?: unknown) => void;
}

/** The person is at Plex, or came back by another way than Plex's own, or has loaded this page again. */
function AtPlex({ left, answered, stop }: AtPlexProps) {
  const { t } = useTranslation();
  const looking = useQuery({
    queryKey: ["plex-sign-in", left.loginId],
    queryFn: async ({ signal }) => {
      const { data, response } = await http.POST("/api/v1/auth/plex/verify", { body: { loginId: left.loginId }, signal });
      return { agreed: response.status !== 202, data };
    },
    refetchInterval: ({ state }) => (state.data?.agreed ? false : SECONDS * 1000),
    retry: false,
    gcTime: 0,
    staleTime: 0,
  });
  const { data, error } = looking;
  const over = error instanceof Problem && !PASSING.has(error.status) ? error : null;
  const goOn = useEffectEvent(() => {
    if (over) stop(over);
    else if (data?.agreed) {
      cameBackFromPlex();
      answered(data.data);
    }
  });
  useEffect(() => goOn(), [data, over]);
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="pulse text-center">
        {error && !over ? t("signIn.plexAway") : t("signIn.plexWaiting")}
      </p>
      <a href={left.authUrl} className={buttonLook("main")}>
        {t("signIn.plexAgain")}
      </a>
      <Button look="quiet" onClick={() => stop()}>
        {t("cancel")}
      </Button>
    </div>
  );
}
