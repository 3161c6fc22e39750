import { useSyncExternalStore } from "react";

const ROOM_FOR_A_TABLE = window.matchMedia("(min-width: 64rem)");

export function useWide(): boolean {
  return useSyncExternalStore(watch, () => ROOM_FOR_A_TABLE.matches);
}

function watch(changed: () => void): () => void {
  ROOM_FOR_A_TABLE.addEventListener("change", changed);
  return () => ROOM_FOR_A_TABLE.removeEventListener("change", changed);
}
