import { useId, type TextareaHTMLAttributes } from "react";

interface LongFieldProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  label: string;
  /** What is wrong with it. */
  wrong?: string | undefined;
  hint?: string;
}

/** A `Field` for more than a line. */
export function LongField({ label, wrong, hint, rows = 4, ...input }: LongFieldProps) {
  const id = useId();
  const said = wrong ?? hint;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        rows={rows}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={said ? `${id}-said` : undefined}
        className="min-h-11 rounded-lg border border-line bg-raised px-3 py-2 aria-invalid:border-bad"
        {...input}
      />
      {said && (
        <p id={`${id}-said`} role={wrong ? "alert" : undefined} className={wrong ? "text-sm text-bad" : "text-sm text-soft"}>
          {said}
        </p>
      )}
    </div>
  );
}
