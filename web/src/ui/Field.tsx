import { useId, type InputHTMLAttributes } from "react";

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** What is wrong with it. */
  wrong?: string | undefined;
  hint?: string;
}

export function Field({ label, wrong, hint, ...input }: FieldProps) {
  const id = useId();
  const said = wrong ?? hint;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={said ? `${id}-said` : undefined}
        className="min-h-11 rounded-lg border border-line bg-raised px-3 aria-invalid:border-bad"
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
