import type { Schemas } from "@/api/client";

/** A sign-in that has left for Plex in this tab, and where it shall end. */
export interface PlexSignIn {
  loginId: string;
  authUrl: string;
  expiresAt: string;
  to: string;
}

const KEPT = "medianest-plex-sign-in";

export function leaveForPlex(started: Pick<Schemas["PlexSignIn"], "loginId" | "authUrl" | "expiresAt">, to: string): PlexSignIn {
  const { loginId, authUrl, expiresAt } = started;
  const left = { loginId, authUrl, expiresAt, to };
  sessionStorage.setItem(KEPT, JSON.stringify(left));
  return left;
}

/** Nothing where none has left, or it is over. */
export function leftForPlex(): PlexSignIn | null {
  const kept = read();
  if (kept && Date.parse(kept.expiresAt) > Date.now()) return kept;
  cameBackFromPlex();
  return null;
}

export function cameBackFromPlex(): void {
  sessionStorage.removeItem(KEPT);
}

function read(): PlexSignIn | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    return typeof kept === "object" && kept !== null && "loginId" in kept && "to" in kept ? (kept as PlexSignIn) : null;
  } catch {
    return null;
  }
}
