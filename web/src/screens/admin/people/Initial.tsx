/** Stands for a person where there is no picture. */
export function Initial({ name }: { name: string }) {
  return (
    <span aria-hidden className="grid size-11 shrink-0 place-items-center rounded-full bg-line font-semibold uppercase">
      {[...name][0] ?? "?"}
    </span>
  );
}
