import clsx from "clsx";
import { memo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";

type Mark = Schemas["ListMark"];

const LINE = 20;

interface JumpToProps {
  marks: readonly Mark[];
  /** The number of the mark that holds what is in sight. */
  at: number;
  to: (position: number) => void;
}

/** The letters or years of a list along its edge: a finger or the pointer goes along them, and so do the arrow keys. */
export const JumpTo = memo(function JumpTo({ marks, at, to }: JumpToProps) {
  const { t } = useTranslation();
  const bar = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<number | null>(null);
  const now = held ?? at;
  const every = Math.max(1, Math.ceil((marks.length * LINE) / Math.max(200, window.innerHeight - 260)));
  const shown = every === 1 ? marks : marks.filter((_, place) => place % every === 0);

  const go = (place: number) => {
    const mark = marks[Math.min(marks.length - 1, Math.max(0, place))];
    if (mark) to(mark.position);
  };
  const along = (event: PointerEvent) => {
    const box = bar.current!.getBoundingClientRect();
    const place = Math.floor(((event.clientY - box.top) / box.height) * marks.length);
    return Math.min(marks.length - 1, Math.max(0, place));
  };
  const drag = (event: PointerEvent) => {
    const place = along(event);
    if (place === held) return;
    setHeld(place);
    go(place);
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1, PageDown: 5, PageUp: -5 };
    const step = steps[event.key];
    const named = marks.findIndex((mark) => mark.label.toLowerCase() === event.key.toLowerCase());
    const place = event.key === "Home" ? 0 : event.key === "End" ? marks.length - 1 : step ? now + step : named;
    if (place < 0 && !step) return;
    event.preventDefault();
    go(place);
  };
  return (
    <div className="sticky top-18 -mr-3 h-[calc(100dvh-10rem)] w-7 shrink-0 self-start md:mr-0">
      <div
        ref={bar}
        role="slider"
        tabIndex={0}
        aria-label={t("library.jump")}
        aria-orientation="vertical"
        aria-valuemin={1}
        aria-valuemax={marks.length}
        aria-valuenow={now + 1}
        aria-valuetext={marks[now]?.label}
        onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(event);
        }}
        onPointerMove={(event) => held !== null && drag(event)}
        onPointerUp={() => setHeld(null)}
        onPointerCancel={() => setHeld(null)}
        className="flex max-h-full cursor-pointer touch-none flex-col items-stretch py-1 text-center text-xs leading-5 text-soft tabular-nums select-none"
      >
        {shown.map((mark, place) => (
          <span
            key={mark.label}
            className={clsx("min-h-0 flex-[0_1_1.25rem] overflow-hidden rounded hover:text-ink", Math.floor(now / every) === place && "bg-line font-semibold text-accent")}
          >
            {mark.label.length === 4 ? `’${mark.label.slice(2)}` : mark.label}
          </span>
        ))}
      </div>
      {held !== null && (
        <p aria-hidden className="absolute top-1/3 right-9 rounded-xl bg-accent px-4 py-2 text-2xl font-semibold text-accent-ink shadow-lg">
          {marks[held]?.label}
        </p>
      )}
    </div>
  );
});
