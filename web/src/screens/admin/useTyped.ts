import { useEffect, useState } from "react";

const PAUSE_MS = 250;

/** What has been typed, once the person pauses. */
export function useTyped(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
