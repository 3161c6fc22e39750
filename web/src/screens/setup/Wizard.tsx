import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { User } from "@/api/session";
import { after, before, firstOpen, skip, skippedBy, stateOf, type Step } from "@/screens/setup/progress";
import { Steps } from "@/screens/setup/Steps";
import { Done } from "@/screens/setup/steps/Done";
import { Notifications } from "@/screens/setup/steps/Notifications";
import { People } from "@/screens/setup/steps/People";
import { Plex } from "@/screens/setup/steps/Plex";
import { Requests } from "@/screens/setup/steps/Requests";
import { YouTube } from "@/screens/setup/steps/YouTube";
import { useKnown } from "@/screens/setup/useKnown";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { useTitle } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/setup");

export function Wizard({ user }: { user: User }) {
  const { t } = useTranslation();
  const { known, error, retry } = useKnown(user);
  const { step: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const [skipped, setSkipped] = useState(() => skippedBy(user.id));
  const heading = useRef<HTMLHeadingElement>(null);
  // Where one goes on is decided once: a step that turns green while one reads it does not run away.
  const [begun, setBegun] = useState<Step | null>(null);
  if (known && !begun) setBegun(firstOpen(known, skipped));
  const step = asked ?? begun;
  useTitle(step ? t(`setup.${step}.title`) : t("setup.title"));

  const moved = useRef(false);
  useEffect(() => {
    if (moved.current) heading.current?.focus();
    moved.current = step !== null;
  }, [step]);

  const go = (to: Step) => void navigate({ search: { step: to } });
  const leave = (from: Step) => {
    if (known && stateOf(from, known, skipped) === "open") setSkipped(skip(user.id, from));
    go(after(from));
  };
  const earlier = step && before(step);
  return (
    <div className="mx-auto flex min-h-dvh max-w-5xl flex-col gap-6 px-4 py-5 md:px-8 md:py-8">
      <header className="flex items-center justify-between gap-4">
        <p className="font-semibold text-accent">MediaNest</p>
        <Link to="/" className="inline-flex min-h-11 items-center rounded-lg px-3 text-soft underline-offset-2 hover:underline">
          {t("setup.later")}
        </Link>
      </header>
      <div className="flex flex-1 flex-col gap-6 md:grid md:grid-cols-[15rem_minmax(0,1fr)] md:items-start md:gap-10">
        <Steps step={step} known={known} skipped={skipped} go={go} />
        <main className="flex min-w-0 flex-col gap-6">
          {error !== null && <Failure error={error} retry={retry} />}
          {!error && (!known || !step) && <Skeleton className="h-96" />}
          {known && step && (
            <>
              <div className="flex flex-col gap-2">
                <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold outline-none">
                  {t(`setup.${step}.title`)}
                </h1>
                <p className="max-w-prose text-soft">{t(`setup.${step}.why`)}</p>
              </div>
              {step === "plex" && <Plex known={known} />}
              {step === "requests" && <Requests known={known} />}
              {step === "youtube" && <YouTube />}
              {step === "notifications" && <Notifications known={known} user={user} />}
              {step === "people" && <People />}
              {step === "done" && <Done known={known} skipped={skipped} go={go} />}
              <div className="flex flex-wrap justify-between gap-3 border-t border-line pt-5">
                {earlier ? <Button onClick={() => go(earlier)}>{t("setup.back")}</Button> : <span />}
                {step !== "done" && (
                  <Button look={stateOf(step, known, skipped) === "done" ? "main" : "plain"} onClick={() => leave(step)}>
                    {stateOf(step, known, skipped) === "done" ? t("setup.next") : t("setup.skip")}
                  </Button>
                )}
              </div>
            </>
          )}
        </main>
      </div>
    </div>
  );
}
