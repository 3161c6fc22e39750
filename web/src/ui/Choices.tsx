import { ToggleGroup } from "radix-ui";

interface ChoicesProps<T extends string> {
  label: string;
  options: readonly { value: T; label: string; count?: number | undefined }[];
  value: T;
  choose: (value: T) => void;
}

/** One of a few, all in sight: filters and views. Moved with the arrow keys, and sideways on a phone. */
export function Choices<T extends string>({ label, options, value, choose }: ChoicesProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => next && choose(next as T)}
      className="-mx-4 flex gap-2 overflow-x-auto px-4 py-1 md:mx-0 md:flex-wrap md:px-0"
    >
      {options.map((each) => (
        <ToggleGroup.Item
          key={each.value}
          value={each.value}
          className="inline-flex min-h-11 shrink-0 items-center gap-2 rounded-full border border-line px-4 whitespace-nowrap text-soft hover:border-soft data-[state=on]:border-accent data-[state=on]:text-accent"
        >
          {each.label}
          {each.count !== undefined && <span className="text-sm tabular-nums">{each.count}</span>}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
