import { useId, type SelectHTMLAttributes } from "react";

interface SelectProps<T extends string> extends Omit<SelectHTMLAttributes<HTMLSelectElement>, "value" | "onChange"> {
  label: string;
  /** Only for who does not see it: where it stands says what it is. */
  quiet?: boolean;
  hint?: string;
  value?: T;
  options: readonly { value: T; label: string }[];
  choose?: (value: T) => void;
}

/** The device's own list: on a phone nothing is easier to use. */
export function Select<T extends string>({ label, quiet = false, hint, value, options, choose, ...rest }: SelectProps<T>) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={quiet ? "sr-only" : "text-sm font-medium"}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={choose && ((event) => choose(event.target.value as T))}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="min-h-11 w-full min-w-0 rounded-lg border border-line bg-raised px-3"
        {...rest}
      >
        {options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-soft">
          {hint}
        </p>
      )}
    </div>
  );
}
