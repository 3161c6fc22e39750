import { Check, Copy } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/Button";
import { copy } from "@/ui/copy";

const SHOWN_MS = 2_000;

/** An address or a token to take along. Where the clipboard is closed to us it is marked, to be copied by hand. */
export function Copyable({ label, text, hint }: { label: string; text: string; hint?: string }) {
  const { t } = useTranslation();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done]);
  const take = async () => {
    field.current?.select();
    setDone(await copy(text));
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div className="flex gap-2">
        <input
          ref={field}
          id={id}
          readOnly
          value={text}
          onFocus={(event) => event.target.select()}
          aria-describedby={hint ? `${id}-hint` : undefined}
          className="min-h-11 min-w-0 flex-1 truncate rounded-lg border border-line bg-ground px-3 font-mono text-sm"
        />
        <Button onClick={() => void take()} aria-label={t("copyOf", { what: label })} className="w-11 shrink-0 px-0">
          {done ? <Check aria-hidden className="size-5 text-good" /> : <Copy aria-hidden className="size-5" />}
        </Button>
      </div>
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-soft">
          {hint}
        </p>
      )}
      <span role="status" className="sr-only">
        {done && t("copied")}
      </span>
    </div>
  );
}
