import { Children, useDeferredValue, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "@/i18n/formats";
import { Skeleton } from "@/ui/Skeleton";

interface Part {
  state: "fresh" | "stale" | "unavailable";
  asOf: string | null;
}

interface ShelfProps {
  title: string;
  part?: Part | undefined;
  loading?: boolean;
  /** Said where there is nothing to show. */
  empty?: string;
  /** Beside the heading: the way to all of it. */
  more?: ReactNode;
  children?: ReactNode;
}

const PLACES = 6;

/** A row that is moved sideways. It says so itself when what it shows is old, or is not to be had. */
export function Shelf({ title, part, loading = false, empty, more, children }: ShelfProps) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  // What is out of sight at first is drawn once the rest can be seen and answers.
  const whole = useDeferredValue(true, false);
  // Both times under the same keys, so that the first ones stay.
  const all = Children.toArray(children);
  const nothing = !loading && all.length === 0;
  return (
    <section aria-label={title}>
      <div className="mb-3 flex items-baseline gap-3">
        <h2 className="text-xl font-semibold">{title}</h2>
        {part?.state === "stale" && part.asOf && <p className="text-sm text-warn">{t("asOf", { when: ago(part.asOf) })}</p>}
        {more && <div className="ml-auto shrink-0">{more}</div>}
      </div>
      {part?.state === "unavailable" ? (
        <p className="text-soft">{t("unavailable")}</p>
      ) : nothing ? (
        <p className="text-soft">{empty ?? t("nothing")}</p>
      ) : (
        <div className="-mx-4 flex snap-x scroll-px-4 gap-4 overflow-x-auto px-4 pb-2">
          {loading
            ? Array.from({ length: PLACES }, (_, place) => (
                <div key={place} className="w-32 shrink-0 sm:w-40">
                  <Skeleton className="aspect-[2/3]" />
                  <Skeleton className="mt-2 h-4" />
                  <Skeleton className="mt-1 h-4 w-2/3" />
                </div>
              ))
            : whole
              ? all
              : all.slice(0, PLACES)}
        </div>
      )}
    </section>
  );
}
