import clsx from "clsx";
import { Check, Minus } from "lucide-react";
import { useTranslation } from "react-i18next";

import { stateOf, STEPS, type Known, type Step } from "@/screens/setup/progress";

interface StepsProps {
  step: Step | null;
  known: Known | null;
  skipped: readonly Step[];
  go: (step: Step) => void;
}

/** How far one is: all steps beside on a wide screen, a line of them above on a phone. */
export function Steps({ step, known, skipped, go }: StepsProps) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("setup.steps")}>
      <ol className="flex gap-1.5 md:flex-col md:gap-1">
        {STEPS.map((each, place) => {
          const state = known ? stateOf(each, known, skipped) : "open";
          const here = each === step;
          return (
            <li key={each} className="flex-1 md:flex-none">
              <button
                type="button"
                onClick={() => go(each)}
                aria-current={here ? "step" : undefined}
                className={clsx(
                  "flex min-h-11 w-full items-center gap-3 rounded-lg text-left max-md:flex-col max-md:justify-center max-md:gap-1 max-md:border-t-4 max-md:pt-2 md:px-3",
                  here ? "border-accent font-medium text-ink md:bg-raised" : "text-soft hover:text-ink",
                  !here && (state === "done" ? "border-good" : "border-line"),
                )}
              >
                <span
                  aria-hidden
                  className={clsx(
                    "inline-flex size-6 shrink-0 items-center justify-center rounded-full border text-xs",
                    state === "done" ? "border-good text-good" : here ? "border-accent text-accent" : "border-line",
                  )}
                >
                  {state === "done" ? <Check className="size-4" /> : state === "skipped" ? <Minus className="size-4" /> : place + 1}
                </span>
                <span className="min-w-0 max-md:sr-only">{t(`setup.${each}.name`)}</span>
                <span className="sr-only">{t(`setup.state.${state}`)}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
