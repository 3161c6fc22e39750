import clsx from "clsx";

/** Takes the place of what is on its way, in its size. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx("pulse rounded-lg bg-line", className)} />;
}
