import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { stateOf, STEPS, type Known, type State, type Step } from "@/screens/setup/progress";
import { Badge, type Tone } from "@/ui/Badge";
import { Button, buttonLook } from "@/ui/Button";

const TONES: Record<State, Tone> = { done: "good", skipped: "soft", open: "warn" };

interface DoneProps {
  known: Known;
  skipped: readonly Step[];
  go: (step: Step) => void;
}

export function Done({ known, skipped, go }: DoneProps) {
  const { t } = useTranslation();
  return (
    <>
      <ul className="flex flex-col divide-y divide-line rounded-xl border border-line bg-raised px-4">
        {STEPS.map((step) => {
          const state = stateOf(step, known, skipped);
          return (
            <li key={step} className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 py-2">
              <span className="min-w-0 flex-1 font-medium max-sm:basis-full">{t(`setup.${step}.name`)}</span>
              <Badge tone={TONES[state]}>{t(`setup.state.${state}`)}</Badge>
              <Button look="quiet" onClick={() => go(step)} aria-label={t("setup.openStep", { step: t(`setup.${step}.name`) })}>
                {state === "done" ? t("setup.look") : t("setup.doIt")}
              </Button>
            </li>
          );
        })}
      </ul>
      <Link to="/" className={buttonLook("main", "self-start")}>
        {t("setup.toPortal")}
      </Link>
    </>
  );
}
