import type { Schemas } from "@/api/client";

type Bar = Pick<Schemas["HistoryBar"], "p50" | "p95" | "p99">;
export const LINES = ["p50", "p95", "p99"] as const;
export type Line = (typeof LINES)[number];

/** The next round figure above everything that was measured: 1, 2 or 5 and noughts. */
export function ceiling(bars: readonly Bar[]): number {
  const most = Math.max(1, ...bars.flatMap((bar) => LINES.map((line) => bar[line] ?? 0)));
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((each) => each >= most)!;
}

/** An SVG path through what was measured, with a hole wherever nothing was; what stands alone is a dot's width long. */
export function path(bars: readonly Bar[], line: Line, top: number, { width, height }: { width: number; height: number }): string {
  const step = width / Math.max(1, bars.length);
  const parts: string[] = [];
  let drawing = false;
  bars.forEach((bar, place) => {
    const value = bar[line];
    if (value === null) {
      drawing = false;
      return;
    }
    const x = round((place + 0.5) * step);
    const y = round(height - (Math.min(value, top) / top) * height);
    const alone = !drawing && (bars[place + 1]?.[line] ?? null) === null;
    parts.push(alone ? `M${round(x - step / 4)} ${y}H${round(x + step / 4)}` : `${drawing ? "L" : "M"}${x} ${y}`);
    drawing = true;
  });
  return parts.join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
