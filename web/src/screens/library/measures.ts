import type { Shape } from "@/ui/Poster";

const GAP = 16;
/** Two lines of text and the space below them. */
const UNDER = 72;
const NARROWEST: Record<Shape, { phone: number; desk: number }> = {
  tall: { phone: 96, desk: 150 },
  square: { phone: 96, desk: 150 },
  wide: { phone: 140, desk: 220 },
};
const HEIGHTS: Record<Shape, number> = { tall: 1.5, square: 1, wide: 9 / 16 };
const AHEAD = 60;

/** How many pictures stand beside each other, and how high a row of them is. */
export function measures(width: number, shape: Shape): { columns: number; height: number } {
  const narrowest = NARROWEST[shape][width < 560 ? "phone" : "desk"];
  const columns = Math.max(2, Math.floor((width + GAP) / (narrowest + GAP)));
  const picture = (width - GAP * (columns - 1)) / columns;
  return { columns, height: Math.max(1, Math.round(picture * HEIGHTS[shape]) + UNDER) };
}

/** What to have ready while those from `first` to `last` are looked at. */
export function ahead(first: number, last: number): { first: number; last: number } {
  return { first: Math.max(0, first - AHEAD / 2), last: last + AHEAD };
}

/** Where a key leads from the picture at `from`; null where it leads nowhere. */
export function moved(key: string, from: number, { columns, total }: { columns: number; total: number }): number | null {
  const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  if (Number.isNaN(from)) return null;
  const next = key === "Home" ? 0 : key === "End" ? total - 1 : from + (steps[key] ?? NaN);
  return Number.isNaN(next) || next < 0 || next >= total || next === from ? null : next;
}

/** Which of the marks holds what is at `position`. */
export function markAt(marks: readonly { position: number }[], position: number): number {
  const after = marks.findIndex((mark) => mark.position > position);
  return Math.max(0, after < 0 ? marks.length - 1 : after - 1);
}
