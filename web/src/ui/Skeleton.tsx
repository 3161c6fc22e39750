import clsx from "clsx";

/** Takes the place of what is on its way, in its size. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx("pulse rounded-lg bg-line", className)} />;
}

/** Of a picture with lines of text below it. */
export function CardPlace({ lines }: { lines: 2 | 3 }) {
  return (
    <div aria-hidden>
      <Skeleton className="aspect-[2/3]" />
      <Skeleton className="mt-2 h-4" />
      <Skeleton className="my-1 h-4 w-2/3" />
      {lines === 3 && <Skeleton className="mt-2 h-4 w-1/2" />}
    </div>
  );
}
