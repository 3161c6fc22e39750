import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { Schemas } from "@/api/client";
import { welcome } from "@/api/session";
import { BASE } from "@/base";
import { isElsewhere } from "@/screens/signin/landing";

export type Challenge = Pick<Schemas["SecondFactorBody"], "challengeId" | "methods">;
export type Answer = Schemas["SignedInBody"] | Schemas["SecondFactorBody"] | object | undefined;

/** What every way to sign in ends with: inside, at the place where one wanted to go, or with one more question. */
export function useEntering(to: string, asked: Challenge | null = null) {
  const navigate = useNavigate();
  const [challenge, setChallenge] = useState<Challenge | null>(asked);
  const enter = () => {
    welcome();
    if (isElsewhere(to)) location.assign(`${BASE}${to}`);
    else void navigate({ href: `${BASE}${to}`, replace: true });
  };
  const answered = (answer: Answer) => {
    if (answer && "challengeId" in answer) setChallenge(answer);
    else enter();
  };
  return { challenge, startOver: () => setChallenge(null), answered, enter };
}
