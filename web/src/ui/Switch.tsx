import { Switch as Radix } from "radix-ui";
import { useId } from "react";

interface SwitchProps {
  label: string;
  hint?: string;
  on: boolean;
  turn: (on: boolean) => void;
  disabled?: boolean;
}

/** Takes effect at once; what waits for a button is a `Check`. */
export function Switch({ label, hint, on, turn, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex min-h-11 items-center justify-between gap-4">
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-soft">
            {hint}
          </p>
        )}
      </div>
      <Radix.Root
        id={id}
        checked={on}
        onCheckedChange={turn}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative h-7 w-12 shrink-0 rounded-full border border-soft bg-line transition data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-60"
      >
        <Radix.Thumb className="block size-5 translate-x-0.5 rounded-full bg-raised shadow transition data-[state=checked]:translate-x-[1.375rem]" />
      </Radix.Root>
    </div>
  );
}
