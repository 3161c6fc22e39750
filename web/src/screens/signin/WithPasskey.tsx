import { useMutation } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { askPasskey, canOfferPasskeys, canUsePasskeys } from "@/api/passkeys";
import type { Answer } from "@/screens/signin/entering";
import { Refusal, useWait } from "@/screens/signin/Refusal";
import { Button } from "@/ui/Button";

/** A little before the question is over, another one takes its place. */
const EARLIER_SECONDS = 20;

export function WithPasskey({ answered, remember }: { answered: (answer: Answer) => void; remember: boolean }) {
  const { t } = useTranslation();
  // A browser does one such question at a time.
  const offering = useRef<AbortController | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const signingIn = useMutation({
    mutationFn: async () => {
      offering.current?.abort();
      setFailed(null);
      return await signInBy(await question(), () => remember);
    },
    onSuccess: (answer) => answer && answered(answer),
  });
  const offered = useEffectEvent((answer: Answer) => answered(answer));
  const isKept = useEffectEvent(() => remember);
  useEffect(() => {
    let gone = false;
    const offer = async () => {
      if (!(await canOfferPasskeys())) return;
      while (!gone) {
        const asked = await question();
        if (gone) return;
        const abort = new AbortController();
        offering.current = abort;
        let renewed = false;
        const renewing = setTimeout(
          () => {
            renewed = true;
            abort.abort();
          },
          Math.max(30, asked.expiresIn - EARLIER_SECONDS) * 1000,
        );
        const answer = await signInBy(asked, () => isKept(), { mediation: "conditional", signal: abort.signal }).finally(() => clearTimeout(renewing));
        if (gone) return;
        if (answer) return offered(answer);
        if (!renewed) return;
      }
    };
    offer().catch((error: unknown) => {
      // Nobody has asked for it: only a passkey that was chosen and refused is worth a word.
      if (!gone && error instanceof Refused) setFailed(error.cause);
    });
    return () => {
      gone = true;
      offering.current?.abort();
    };
  }, []);
  const error = signingIn.error instanceof Refused ? signingIn.error.cause : (signingIn.error ?? failed);
  const wait = useWait(error);
  if (!canUsePasskeys()) return null;
  return (
    <div className="flex flex-col gap-3">
      <Button busy={signingIn.isPending} disabled={wait > 0} onClick={() => signingIn.mutate()}>
        <Fingerprint aria-hidden className="size-5" />
        {t("signIn.passkey")}
      </Button>
      <Refusal error={error} wait={wait} />
    </div>
  );
}

class Refused extends Error {}

async function question() {
  return (await http.POST("/api/v1/auth/passkeys/login/options", { body: {} })).data!;
}

type Question = Awaited<ReturnType<typeof question>>;

async function signInBy(asked: Question, isKept: () => boolean, how: Parameters<typeof askPasskey>[1] = {}): Promise<Answer | null> {
  const passkey = await askPasskey(asked.options, how);
  if (!passkey) return null;
  try {
    return (await http.POST("/api/v1/auth/passkeys/login", { body: { challengeId: asked.challengeId, passkey, rememberMe: isKept() } })).data;
  } catch (cause) {
    throw new Refused("", { cause });
  }
}
