import type { KeyboardEvent } from "react";

interface Place {
  left: number;
  top: number;
}

/** Where an arrow key leads from one of several places: beside it, or to the nearest in the next row. -1 is above all of them. */
export function next(key: string, places: readonly Place[], from: number): number | null {
  const here = places[from];
  if (!here) return null;
  if (key === "ArrowRight") return Math.min(from + 1, places.length - 1);
  if (key === "ArrowLeft") return Math.max(from - 1, 0);
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const down = key === "ArrowDown";
  const rows = places.map((each) => each.top).filter((top) => (down ? top > here.top + 1 : top < here.top - 1));
  if (rows.length === 0) return down ? from : -1;
  const row = down ? Math.min(...rows) : Math.max(...rows);
  let best = from;
  let distance = Infinity;
  places.forEach((each, place) => {
    const off = Math.abs(each.left - here.left);
    if (each.top === row && off < distance) [best, distance] = [place, off];
  });
  return best;
}

/** Moves among the links below `container`; upwards out of them to where `above` says. */
export function onArrows(event: KeyboardEvent<HTMLElement>, above: () => void): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a[href]")];
  const from = links.indexOf(document.activeElement as HTMLAnchorElement);
  const places = links.map((link) => link.getBoundingClientRect());
  const to = next(event.key, places, from);
  if (to === null) return;
  event.preventDefault();
  if (to < 0) above();
  else links[to]?.focus();
}
