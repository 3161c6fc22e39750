import { useQueryClient } from "@tanstack/react-query";

import { api, http, queries, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { forgetCsrf } from "@/api/transport";
import { forgetBrowser } from "@/worker/browser";
import { forgetPictures } from "@/worker/work";

export type User = Schemas["User"];

const SESSION = api.queryOptions("get", "/api/v1/auth/session");

/** The gateway says in the document where a browser has brought nothing to be known by. It may have been signed in
 * elsewhere a while later. */
const NOBODY_FOR_MS = 10_000;
let isNobody = document.documentElement.dataset["visitor"] === "nobody";

/** Who is signed in; null where nobody is. Throws what else went wrong. */
export async function whoAmI(): Promise<User | null> {
  if (isNobody && performance.now() < NOBODY_FOR_MS) return null;
  try {
    return (await queries.ensureQueryData({ ...SESSION, retry: false })).user;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

/** The person whose page this is. For screens that only somebody who is signed in sees. */
export function useMe(): User {
  const session = api.useSuspenseQuery("get", "/api/v1/auth/session");
  return session.data.user;
}

export function isAdmin(user: User): boolean {
  return user.role === "admin" || user.role === "owner";
}

/** Whether this page has shown somebody's things. */
export function wasSignedIn(): boolean {
  return queries.getQueryData(SESSION.queryKey) !== undefined;
}

let ended: string | null = null;

/** The session is over without the person having ended it; `code` is what the API says of it. */
export function sessionEnded(code: string): void {
  ended = code;
  startAnew();
}

/** Why the last session was ended, until somebody has signed in again. */
export function whyEnded(): { why?: string } {
  return ended ? { why: ended } : {};
}

/** Somebody has just signed in. */
export function welcome(): void {
  ended = null;
  isNobody = false;
  startAnew();
}

/** Everything that was kept for whoever was here before is forgotten. */
export function startAnew(): void {
  forgetCsrf();
  forgetPictures();
  queries.clear();
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    // Without an answer nothing is undone.
    await http.GET("/api/v1/auth/session");
    await forgetBrowser();
    forgetPictures();
    await http.POST("/api/v1/auth/logout", { body: { allSessions: false } });
    client.clear();
    startAnew();
  };
}
