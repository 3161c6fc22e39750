import { useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { ceiling, LINES, path } from "@/screens/services/chart";

const SIZE = { width: 720, height: 180 };
const STROKES = { p50: "stroke-good", p95: "stroke-calm", p99: "stroke-warn" };
const DASHES = { p50: undefined, p95: "6 3", p99: "2 3" };

/** How long it took to answer: half of all, 95 and 99 of 100 were no slower. */
export function Latency({ history, name }: { history: Schemas["MonitorHistory"]; name: string }) {
  const { t } = useTranslation();
  const { milliseconds, moment } = useFormats();
  const [chosen, setChosen] = useState<number | null>(null);
  const { bars } = history;
  const top = ceiling(bars);
  const last = bars.length - 1;
  const now = Math.min(chosen ?? last, last);
  const bar = bars[now];
  const measured = bars.some((each) => each.p50 !== null);
  if (!bar || !measured) return <p className="text-soft">{t("services.noLatency")}</p>;
  const says = `${moment(bar.start)}: ${bar.p50 === null ? t("services.notMeasured") : LINES.map((line) => `${line} ${bar[line] === null ? "–" : milliseconds(bar[line])}`).join(", ")}`;
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, Home: -last, End: last };
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
    <figure className="flex flex-col gap-3">
      <ul className="flex flex-wrap gap-x-6 gap-y-1">
        {LINES.map((line) => (
          <li key={line} className="flex items-center gap-2 text-sm">
            <svg aria-hidden viewBox="0 0 24 4" className="h-1 w-6">
              <line x1="0" x2="24" y1="2" y2="2" strokeWidth="3" strokeDasharray={DASHES[line]} className={STROKES[line]} />
            </svg>
            <abbr title={t(`services.${line}`)} className="text-soft no-underline">
              {line}
            </abbr>
            <span className="font-medium tabular-nums">{history.total[line] === null ? "–" : milliseconds(history.total[line])}</span>
          </li>
        ))}
      </ul>
      <div
        role="slider"
        tabIndex={0}
        aria-label={t("services.latencyOf", { name })}
        aria-valuemin={1}
        aria-valuemax={bars.length}
        aria-valuenow={now + 1}
        aria-valuetext={says}
        onKeyDown={press}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setChosen(null)}
        onBlur={() => setChosen(null)}
        className="relative touch-pan-y rounded"
      >
        <svg aria-hidden viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} preserveAspectRatio="none" className="block h-44 w-full overflow-visible">
          {[0, 0.5, 1].map((share) => (
            <line key={share} x1="0" x2={SIZE.width} y1={SIZE.height * share} y2={SIZE.height * share} className="stroke-line" vectorEffect="non-scaling-stroke" />
          ))}
          {chosen !== null && (
            <rect x={(now * SIZE.width) / bars.length} width={SIZE.width / bars.length} y="0" height={SIZE.height} className="fill-line" />
          )}
          {[...LINES].reverse().map((line) => (
            <path key={line} d={path(bars, line, top, SIZE)} fill="none" strokeWidth="2" strokeDasharray={DASHES[line]} strokeLinejoin="round" vectorEffect="non-scaling-stroke" className={STROKES[line]} />
          ))}
        </svg>
        <span aria-hidden className="absolute top-0 left-0 bg-raised/80 px-1 text-xs text-soft">
          {milliseconds(top)}
        </span>
      </div>
      <figcaption aria-hidden className="flex min-h-5 justify-between gap-4 text-xs text-soft">
        {chosen === null ? (
          <>
            <span>{moment(history.since)}</span>
            <span>{moment(history.until)}</span>
          </>
        ) : (
          <span>{says}</span>
        )}
      </figcaption>
    </figure>
  );
}
