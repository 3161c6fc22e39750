import { Children, useDeferredValue, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "@/i18n/formats";
import { CardPlace } from "@/ui/Skeleton";

interface Part {
  state: "fresh" | "stale" | "unavailable";
  asOf: string | null;
}

interface ShelfProps {
  title: string;
  part?: Part | undefined;
  loading?: boolean;
  /** Below each picture, so that nothing moves once it has come. */
  lines?: 2 | 3;
  /** Said where there is nothing to show. */
  empty?: string;
  /** Beside the heading: the way to all of it. */
  more?: ReactNode;
  children?: ReactNode;
}

const PLACES = 6;
/** The narrowest card with its gap: no more than these can be seen at first. */
const CARD_WIDTH = 144;

/** A row that is moved sideways. It says so itself when what it shows is old, or is not to be had. */
export function Shelf({ title, part, loading = false, lines = 2, empty, more, children }: ShelfProps) {
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
        // As high as what it stands for, which may come at any moment.
        <p className="flex min-h-60 items-center justify-center rounded-xl border border-dashed border-line px-4 text-soft sm:min-h-72">{t("unavailable")}</p>
      ) : nothing ? (
        <p className="text-soft">{empty ?? t("nothing")}</p>
      ) : (
        <div className="-mx-4 flex snap-x scroll-px-4 gap-4 overflow-x-auto px-4 pb-2">
          {loading
            ? Array.from({ length: PLACES }, (_, place) => (
                <div key={place} className="w-32 shrink-0 sm:w-40">
                  <CardPlace lines={lines} />
                </div>
              ))
            : whole
              ? all
              : all.slice(0, Math.min(PLACES, Math.ceil(window.innerWidth / CARD_WIDTH)))}
        </div>
      )}
    </section>
  );
}
