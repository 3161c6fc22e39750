import { Link } from "@tanstack/react-router";
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { inApp } from "@/shell/links";

export interface Said {
  title: string;
  body?: string;
  link?: string | null;
  undo?: () => void;
  /** It has gone without having been undone: now what it spoke of may become final. */
  gone?: () => void;
}

const SHOWN_MS = 6_000;
const MOST = 3;
const Context = createContext<{ tell: (said: Said) => void }>({ tell: () => undefined });

export function useToasts() {
  return use(Context);
}

type Shown = Said & { key: number };

export function Toasts({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown[]>([]);
  const all = useRef<Shown[]>([]);
  const show = useCallback((next: Shown[]) => {
    all.current = next;
    setShown(next);
  }, []);
  const tell = useCallback(
    (said: Said) => {
      const next = [...all.current, { ...said, key: Math.random() }];
      show(next.slice(-MOST));
      for (const each of next.slice(0, -MOST)) each.gone?.();
    },
    [show],
  );
  const drop = useCallback(
    (key: number, undone = false) => {
      const leaving = all.current.find((each) => each.key === key);
      show(all.current.filter((each) => each.key !== key));
      if (undone) leaving?.undo?.();
      else leaving?.gone?.();
    },
    [show],
  );
  const value = useMemo(() => ({ tell }), [tell]);
  return (
    <Context value={value}>
      {children}
      <section aria-label={t("toasts")} className="fixed inset-x-3 bottom-20 z-50 sm:inset-x-auto sm:right-4 sm:bottom-4 sm:w-96">
        <ol aria-live="polite" aria-relevant="additions" className="flex flex-col gap-2">
          {shown.map((each) => (
            <Toast key={each.key} said={each} drop={drop} />
          ))}
        </ol>
      </section>
    </Context>
  );
}

/** It stays for as long as somebody points at it or is in it. */
function Toast({ said, drop }: { said: Shown; drop: (key: number, undone?: boolean) => void }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  const { key } = said;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => drop(key), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, drop, key]);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- only what is in it is for pressing.
    <li
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      onKeyDown={(event) => event.key === "Escape" && drop(key)}
      className="flex items-start gap-3 rounded-xl border border-line bg-raised p-4 shadow-lg"
    >
      <div className="min-w-0 flex-1">
        <p className="line-clamp-3 font-medium break-words">
          {said.link ? (
            <Link to={inApp(said.link)} className="underline-offset-2 hover:underline">
              {said.title}
            </Link>
          ) : (
            said.title
          )}
        </p>
        {said.body && <p className="line-clamp-3 text-sm text-soft">{said.body}</p>}
        {said.undo && (
          <button type="button" onClick={() => drop(key, true)} className="-mb-2 -ml-3 min-h-11 rounded-lg px-3 font-medium text-accent">
            {t("undo")}
          </button>
        )}
      </div>
      <button type="button" aria-label={t("close")} onClick={() => drop(key)} className="min-h-9 min-w-9 rounded-lg text-soft">
        ×
      </button>
    </li>
  );
}
