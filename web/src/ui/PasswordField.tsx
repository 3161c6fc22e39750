import { Eye, EyeOff } from "lucide-react";
import { useId, useState, type InputHTMLAttributes } from "react";
import { useTranslation } from "react-i18next";

interface PasswordFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "type"> {
  label: string;
  wrong?: string | undefined;
  hint?: string | undefined;
}

/** Can be looked at while it is typed: on a phone nobody types a long one blindly. */
export function PasswordField({ label, wrong, hint, ...input }: PasswordFieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const id = useId();
  const said = wrong ?? hint;
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          type={shown ? "text" : "password"}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={said ? `${id}-said` : undefined}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          className="min-h-11 w-full rounded-lg border border-line bg-raised pr-12 pl-3 aria-invalid:border-bad"
          {...input}
        />
        <button
          type="button"
          aria-label={t("showPassword")}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
          className="absolute inset-y-0 right-0 inline-flex w-11 items-center justify-center rounded-lg text-soft hover:text-ink"
        >
          <Icon aria-hidden className="size-5" />
        </button>
      </div>
      {said && (
        <p id={`${id}-said`} role={wrong ? "alert" : undefined} className={wrong ? "text-sm text-bad" : "text-sm text-soft"}>
          {said}
        </p>
      )}
    </div>
  );
}
