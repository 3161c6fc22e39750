import clsx from "clsx";
import type { ReactNode } from "react";

/** A part of a screen with a heading and what can be done with it. */
export function Panel({ title, hint, actions, className, children }: { title: string; hint?: string; actions?: ReactNode; className?: string; children?: ReactNode }) {
  return (
    <section aria-label={title} className={clsx("flex flex-col gap-4 rounded-xl border border-line bg-raised p-4 sm:p-5", className)}>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-lg font-semibold">{title}</h2>
          {hint && <p className="mt-0.5 text-sm text-soft">{hint}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}
