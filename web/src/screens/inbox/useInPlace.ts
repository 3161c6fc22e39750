import { useEffect, useState } from "react";

/** Further down than this somebody is reading, and nothing may move. */
const AT_THE_TOP = 120;

/** Keeps a list still while its reader is further down: `upTo` is the newest that may be shown.
 *
 * `view` names what is listed; another view begins at its top.
 */
export function useInPlace(newest: number | null, view: string): { upTo: number | null; goUp: () => void } {
  const [kept, setKept] = useState<{ view: string; upTo: number } | null>(null);
  const held = kept?.view === view ? kept.upTo : null;
  useEffect(() => {
    const look = () => {
      if (window.scrollY <= AT_THE_TOP) setKept(null);
      else if (newest !== null) setKept((now) => (now?.view === view ? now : { view, upTo: newest }));
    };
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, [newest, view]);
  const goUp = () => {
    setKept(null);
    window.scrollTo({ top: 0, behavior: "smooth" });
  };
  return { upTo: held, goUp };
}
