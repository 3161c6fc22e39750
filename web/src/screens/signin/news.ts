import { useSyncExternalStore } from "react";

import type { Landing } from "@/screens/signin/landing";

export type News = Extract<Landing, { kind: "linked" | "failed" }>;

let news: News | null = null;
const listeners = new Set<() => void>();

/** To be said on whatever screen comes next. */
export function tell(said: News): void {
  change(said);
}

export function heardOut(): void {
  change(null);
}

export function useNews(): News | null {
  return useSyncExternalStore(listen, () => news);
}

function change(to: News | null): void {
  news = to;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
