import { useEffect, useState } from "react";

const PAUSE_MS = 250;

/** Words of an address that a box shows: `set` once the typing pauses, and followed where somebody goes back.
 *
 * The address comes after what is typed: what was sent on its way there is no news, and takes no letters away.
 */
export function useSought(q: string, set: (q: string) => void) {
  const [typed, setTyped] = useState(q);
  const [known, setKnown] = useState(q);
  const [sent, setSent] = useState<readonly string[]>([]);
  if (q !== known) {
    setKnown(q);
    if (!sent.includes(q.trim())) setTyped(q);
    if (sent.at(-1) === q.trim()) setSent([]);
  }
  const send = (words: string) => {
    setTyped(words);
    if (words.trim() !== q.trim()) setSent((now) => [...now, words.trim()]);
    set(words);
  };
  useEffect(() => {
    if (typed === q) return;
    const timer = setTimeout(() => send(typed), PAUSE_MS);
    return () => clearTimeout(timer);
    // Only what is typed begins to wait anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed]);
  return { typed, setTyped, send };
}
