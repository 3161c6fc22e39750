interface Column {
  key: string;
  value: number;
  /** The whole of it in words. */
  says: string;
}

/** Figures side by side, each to be read by pointing at it; who does not see them is told them one by one. */
export function Columns({ columns, ends, label }: { columns: readonly Column[]; ends: readonly [string, string]; label: string }) {
  const most = Math.max(1, ...columns.map((each) => each.value));
  return (
    <figure className="flex flex-col gap-2">
      <ul aria-label={label} className="flex h-32 items-end gap-px">
        {columns.map((each) => (
          <li key={each.key} title={each.says} className="flex h-full min-w-0 flex-1 items-end hover:bg-line/60">
            <span className="sr-only">{each.says}</span>
            <span aria-hidden className="w-full rounded-t bg-accent" style={{ height: `${(each.value / most) * 100}%`, minHeight: each.value ? 2 : 0 }} />
          </li>
        ))}
      </ul>
      <figcaption aria-hidden className="flex justify-between text-sm text-soft">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </figcaption>
    </figure>
  );
}
