import clsx from "clsx";
import type { ReactNode } from "react";

const COLOURS = { good: "text-good", warn: "text-warn", bad: "text-bad", calm: "text-calm", soft: "text-soft" };
export type Tone = keyof typeof COLOURS;

/** A state in a word; its colour only repeats what the word says. */
export function Badge({ tone = "soft", className, children }: { tone?: Tone; className?: string | undefined; children: ReactNode }) {
  return (
    <span className={clsx("inline-flex items-center gap-1.5 text-sm font-medium whitespace-nowrap", COLOURS[tone], className)}>
      <span aria-hidden className="size-2 shrink-0 rounded-full bg-current" />
      {children}
    </span>
  );
}
