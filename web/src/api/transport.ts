import { BASE } from "@/base";
import { problemOf, unreachable, type Problem } from "@/api/problem";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const TIMEOUT_MS = 30_000;
/** A 401 of these is the answer, and not a session that has to be renewed. */
const SIGNING_IN = ["/auth/login", "/auth/login/mfa", "/auth/refresh", "/auth/passkeys/login", "/auth/plex/verify", "/auth/setup", "/auth/step-up"];
const TELLS_OF_CSRF = new Set(["CSRF_MISSING", "CSRF_INVALID"]);

/** Whoever is here has to show once more that it is they. */
const WANTS_PROOF = "REAUTH_REQUIRED";

/** The gateway says in the document where a session has to be renewed before anything else: no answer has to tell that first. */
let isOver = document.documentElement.dataset["visitor"] === "renew";
let csrf: Promise<string> | null = null;
let prove: (() => Promise<boolean>) | null = null;
const signedOut = new Set<(why: Problem) => void>();

/** Calls `listener` when the session has ended without this page having asked for it; returns what ends that. */
export function onSignedOut(listener: (why: Problem) => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/** `ask` is called where an action needs a fresh proof of who one is; the action goes on by itself once it says yes. */
export function onProofWanted(ask: () => Promise<boolean>): () => void {
  prove = ask;
  return () => {
    if (prove === ask) prove = null;
  };
}

/** A token made for another session is of no use. */
export function forgetCsrf(): void {
  csrf = null;
}

/** fetch with what the portal wants of a browser: the CSRF token, and a session that is renewed in time.
 *
 * Throws `Problem` for every answer that is none, and for no answer.
 */
export async function transport(request: Request): Promise<Response> {
  const again = request.clone();
  if (isOver && !isSigningIn(request.url)) {
    // Whether it can be is seen by what comes of the request itself.
    await renew().catch(() => null);
    isOver = false;
  }
  let answer = await (replacesSession(request.url) ? alone(() => replacing(request)) : send(request));
  if (answer.status === 401 && !isSigningIn(request.url)) {
    const refusal = await renew();
    if (refusal) {
      for (const listener of signedOut) listener(refusal);
      throw await problemOf(answer);
    }
    answer = await send(again.clone());
  }
  if (answer.status === 403 && !SAFE.has(request.method)) {
    let problem = await problemOf(answer);
    if (TELLS_OF_CSRF.has(problem.code)) {
      forgetCsrf();
      answer = await send(again.clone());
      if (answer.status === 403) problem = await problemOf(answer.clone());
    }
    if (answer.status === 403 && problem.code === WANTS_PROOF && prove && (await prove())) {
      forgetCsrf();
      answer = await send(again);
    } else if (answer.status === 403) throw problem;
  }
  if (!answer.ok && answer.status !== 304) throw await problemOf(answer);
  return answer;
}

async function send(request: Request): Promise<Response> {
  if (!SAFE.has(request.method)) request.headers.set("X-CSRF-Token", await csrfToken());
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(new Request(request, { signal: AbortSignal.any([request.signal, late.signal]) }));
    // Whatever else has to be whole in that time; a stream goes on.
    if (answer.headers.get("Content-Type")?.startsWith("text/event-stream")) clearTimeout(timer);
    return answer;
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unreachable();
  }
}

/** Whoever asks at the same time shares one: the cookie that goes with it holds the last that was made. */
async function csrfToken(): Promise<string> {
  const asked = (csrf ??= freshToken());
  try {
    return await asked;
  } catch (error) {
    if (csrf === asked) csrf = null;
    throw error;
  }
}

async function freshToken(): Promise<string> {
  const answer = await send(new Request(`${location.origin}${BASE}/api/v1/csrf`));
  if (!answer.ok) throw await problemOf(answer);
  return ((await answer.json()) as { token: string }).token;
}

let renewing: Promise<Problem | null> | null = null;

/** One at a time over all pages of this browser: a refresh token that is used twice ends the session. */
async function renew(): Promise<Problem | null> {
  renewing ??= alone(refreshed);
  try {
    return await renewing;
  } finally {
    renewing = null;
  }
}

/** The browser's cookies are another session's in the end: nobody may come between with those of before. */
async function alone<T>(act: () => Promise<T>): Promise<T> {
  // Without TLS a browser has no locks; then it is one at a time within this page alone.
  if (!("locks" in navigator)) return await act();
  return await navigator.locks.request("medianest-renew", act);
}

/** Why the session cannot go on; nothing where it does. */
async function refreshed(): Promise<Problem | null> {
  const refresh = () => send(new Request(`${location.origin}${BASE}/api/v1/auth/refresh`, { method: "POST" }));
  let answer = await refresh();
  // Another page of this browser, or this one by proving who is there, has begun another session meanwhile.
  if (answer.status === 403) {
    forgetCsrf();
    answer = await refresh();
  }
  // Too busy, or asked too often: that says nothing of the session.
  if (answer.status >= 500 || answer.status === 429) throw await problemOf(answer);
  forgetCsrf();
  return answer.ok ? null : await problemOf(answer);
}

async function replacing(request: Request): Promise<Response> {
  const answer = await send(request);
  if (answer.ok) forgetCsrf();
  return answer;
}

/** The session before is over as soon as the portal has answered, and its live stream is cut even before that. */
function replacesSession(url: string): boolean {
  return new URL(url).pathname.endsWith("/auth/step-up");
}

function isSigningIn(url: string): boolean {
  const path = new URL(url).pathname;
  return SIGNING_IN.some((each) => path.endsWith(each));
}
