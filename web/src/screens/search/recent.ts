import { useState } from "react";

import { useMe } from "@/api/session";

const MOST = 8;
const key = (userId: string) => `medianest-searches-${userId}`;

/** The latest first, each once; what was only the beginning of it is forgotten. */
export function remembered(before: readonly string[], asked: string): string[] {
  const words = asked.trim();
  if (words.length < 2) return [...before];
  const small = words.toLowerCase();
  return [words, ...before.filter((each) => !small.startsWith(each.toLowerCase()))].slice(0, MOST);
}

/** What somebody has looked for lately: kept by this browser alone, for each person. */
export function useRecent() {
  const me = useMe();
  const [recent, setRecent] = useState(() => readFrom(me.id));
  const keep = (next: string[]) => {
    setRecent(next);
    try {
      localStorage.setItem(key(me.id), JSON.stringify(next));
    } catch {
      // Where nothing may be kept, it is only for as long as the page is open.
    }
  };
  return {
    recent,
    remember: (asked: string) => keep(remembered(readFrom(me.id), asked)),
    forget: (asked: string) => keep(recent.filter((each) => each !== asked)),
    forgetAll: () => keep([]),
  };
}

function readFrom(userId: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(userId)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each): each is string => typeof each === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}
