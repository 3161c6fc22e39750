import { Search as Glass, X } from "lucide-react";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";

import { useSought } from "@/ui/useSought";

interface SearchBoxProps {
  ref: Ref<HTMLInputElement>;
  /** What is looked for: it follows what is typed, and leads it where somebody goes back. */
  q: string;
  set: (q: string) => void;
  /** What was typed is what was meant. */
  done: (words: string) => void;
  goDown: () => void;
}

export function SearchBox({ ref, q, set, done, goDown }: SearchBoxProps) {
  const { t } = useTranslation();
  const { typed, setTyped, send } = useSought(q, set);
  const clear = () => send("");
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send(typed);
          done(typed);
        }}
        className="flex items-center gap-3 rounded-xl border border-line bg-raised pl-4 focus-within:border-accent"
      >
        <Glass aria-hidden className="size-5 shrink-0 text-soft" />
        <input
          ref={ref}
          id="search"
          type="text"
          inputMode="search"
          autoFocus={!q && matchMedia("(pointer: fine)").matches}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          maxLength={500}
          aria-label={t("search.label")}
          aria-keyshortcuts="/ Control+K"
          placeholder={t("search.placeholder")}
          enterKeyHint="search"
          className="min-h-12 w-full min-w-0 bg-transparent outline-none"
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") {
              event.preventDefault();
              goDown();
            }
            if (event.key === "Escape" && typed) {
              event.preventDefault();
              clear();
            }
          }}
        />
        {typed && (
          <button type="button" aria-label={t("search.clear")} onClick={clear} className="inline-flex size-12 shrink-0 items-center justify-center text-soft">
            <X aria-hidden className="size-5" />
          </button>
        )}
      </form>
    </search>
  );
}
