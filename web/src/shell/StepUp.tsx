import { lazy, Suspense, useEffect, useRef, useState } from "react";

import { onProofWanted } from "@/api/transport";
import { speakApart } from "@/i18n";

const Proof = lazy(async () => {
  const [{ Proof }] = await Promise.all([import("@/shell/Proof"), speakApart()]);
  return { default: Proof };
});

/** Asks who is there, before something that matters is done; what was to be done then goes on by itself. */
export function StepUp() {
  const [open, setOpen] = useState(false);
  const asking = useRef<{ promise: Promise<boolean>; answer: (proven: boolean) => void } | null>(null);
  useEffect(
    () =>
      onProofWanted(() => {
        // Several things may ask at once: one answer is for all of them.
        asking.current ??= question();
        setOpen(true);
        return asking.current.promise;
      }),
    [],
  );
  const end = (proven: boolean) => {
    setOpen(false);
    asking.current?.answer(proven);
    asking.current = null;
  };
  return (
    open && (
      <Suspense>
        <Proof done={() => end(true)} leave={() => end(false)} />
      </Suspense>
    )
  );
}

function question() {
  let answer: (proven: boolean) => void = () => undefined;
  const promise = new Promise<boolean>((done) => (answer = done));
  return { promise, answer: (proven: boolean) => answer(proven) };
}
