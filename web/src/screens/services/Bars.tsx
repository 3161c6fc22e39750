import { useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { TONES } from "@/screens/services/overall";

type Bar = Schemas["HistoryBar"];

const FILLS = { good: "fill-good", warn: "fill-warn", bad: "fill-bad", calm: "fill-calm", soft: "fill-line" };
/** The height says the same as the colour. */
const HEIGHTS = { good: 32, warn: 22, bad: 12, calm: 26, soft: 5 };
const FULL = 32;

/** How it has been, stretch by stretch. Pointing at one, or the arrow keys, tell what it stands for. */
export function Bars({ bars, barSeconds, name }: { bars: readonly Bar[]; barSeconds: number; name: string }) {
  const { t } = useTranslation();
  const says = useSays(barSeconds);
  const [chosen, setChosen] = useState<number | null>(null);
  const last = bars.length - 1;
  const now = Math.min(chosen ?? last, last);
  const bar = bars[now];
  if (!bar) return null;
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7, Home: -last, End: last };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    setChosen(Math.min(last, Math.max(0, now + step)));
  };
  const point = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    setChosen(Math.min(last, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * bars.length))));
  };
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div
        role="slider"
        tabIndex={0}
        aria-label={t("services.barsOf", { name })}
        aria-valuemin={1}
        aria-valuemax={bars.length}
        aria-valuenow={now + 1}
        aria-valuetext={says(bar)}
        onKeyDown={press}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setChosen(null)}
        onBlur={() => setChosen(null)}
        className="touch-pan-y rounded"
      >
        <svg aria-hidden viewBox={`0 0 ${bars.length * 4 - 1} ${FULL}`} preserveAspectRatio="none" className="block h-8 w-full">
          {bars.map((each, place) => {
            const height = HEIGHTS[TONES[each.state]];
            return (
              <rect key={each.start} x={place * 4} y={FULL - height} width={3} height={height} className={FILLS[TONES[each.state]]} opacity={chosen !== null && place !== now ? 0.5 : 1} />
            );
          })}
        </svg>
      </div>
      <p aria-hidden className="flex min-h-5 justify-between gap-3 text-xs text-soft">
        {chosen === null ? (
          <>
            <span>{t("services.from", { span: span(last, barSeconds, (key, said) => t(key, said)) })}</span>
            <span>{t("services.today")}</span>
          </>
        ) : (
          <span className="truncate">{says(bar)}</span>
        )}
      </p>
    </div>
  );
}

type Translate = (key: "services.hoursAgo" | "services.daysAgo", said: { count: number }) => string;

function span(count: number, seconds: number, t: Translate): string {
  const hours = Math.round((count * seconds) / 3600);
  return hours <= 48 ? t("services.hoursAgo", { count: hours }) : t("services.daysAgo", { count: Math.round(hours / 24) });
}

function useSays(barSeconds: number) {
  const { t } = useTranslation();
  const { date, moment, percent, lasting } = useFormats();
  return (bar: Bar) => {
    // Days are measured from midnight to midnight in UTC, which is another date west of it.
    const when = barSeconds >= 86_400 ? date(bar.start.slice(0, 10)) : moment(bar.start);
    const known = bar.upSeconds + bar.downSeconds;
    const facts = [
      bar.state === "unknown" ? t("services.notMeasured") : t(`monitor.${bar.state}`),
      known > 0 ? t("services.upShare", { share: percent(bar.upSeconds / known) }) : null,
      bar.downSeconds >= 1 ? t("services.downFor", { time: lasting(bar.downSeconds) }) : null,
      bar.maintenanceSeconds >= 1 ? t("services.maintainedFor", { time: lasting(bar.maintenanceSeconds) }) : null,
    ];
    return `${when}: ${facts.filter(Boolean).join(", ")}`;
  };
}
