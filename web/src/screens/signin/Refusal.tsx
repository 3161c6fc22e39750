import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/api/problem";
import { Failure } from "@/ui/Failure";

/** How many seconds one is to wait after `error`, counted down. */
export function useWait(error: unknown): number {
  const [state, setState] = useState<{ error: unknown; left: number }>({ error: null, left: 0 });
  const asked = error instanceof Problem ? Math.ceil(error.retryAfter ?? 0) : 0;
  if (state.error !== error) setState({ error, left: asked });
  const waiting = state.left > 0;
  useEffect(() => {
    if (!waiting) return;
    const until = Date.now() + asked * 1000;
    const ticking = setInterval(() => {
      const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      setState((now) => (now.error === error ? { error, left } : now));
    }, 250);
    return () => clearInterval(ticking);
  }, [waiting, asked, error]);
  return state.error === error ? state.left : asked;
}

/** Why one has not been let in, and from when on to try again. */
export function Refusal({ error, wait }: { error: unknown; wait: number }) {
  const { t } = useTranslation();
  if (!error) return null;
  const minutes = Math.ceil(wait / 60);
  return (
    <div className="flex flex-col gap-2">
      <Failure error={error} />
      {wait > 0 && (
        // Told once as an alert; not every second.
        <p role="timer" className="text-sm text-soft tabular-nums">
          {wait > 120 ? t("signIn.waitMinutes", { count: minutes }) : t("signIn.waitSeconds", { count: wait })}
        </p>
      )}
    </div>
  );
}
