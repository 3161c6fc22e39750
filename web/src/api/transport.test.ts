import { afterEach, expect, test, vi } from "vitest";

import { Problem } from "@/api/problem";
import { forgetCsrf, onProofWanted, onSignedOut, transport } from "@/api/transport";

const api = (path: string) => `${location.origin}/api/v1${path}`;
const problem = (status: number, code: string) => new Response(JSON.stringify({ code }), { status });

/** A portal that answers what `answers` says of a path, one answer after the other, and makes CSRF tokens. */
function portal(answers: Record<string, Response[]>): string[] {
  const asked: string[] = [];
  let tokens = 0;
  vi.stubGlobal("fetch", (request: Request) => {
    const path = new URL(request.url).pathname.replace("/api/v1", "");
    if (path === "/csrf") return Promise.resolve(new Response(JSON.stringify({ token: `t${String(++tokens)}` })));
    asked.push(`${request.method} ${path} ${request.headers.get("X-CSRF-Token") ?? ""}`.trim());
    return Promise.resolve(answers[path]?.shift() ?? new Response(null, { status: 204 }));
  });
  return asked;
}

afterEach(() => {
  forgetCsrf();
  vi.unstubAllGlobals();
});

test("what needs a fresh proof goes on by itself once it is there, with another token", async () => {
  const asked = portal({ "/auth/tokens": [problem(403, "REAUTH_REQUIRED"), new Response("made", { status: 201 })] });
  const leave = onProofWanted(() => Promise.resolve(true));
  const answer = await transport(new Request(api("/auth/tokens"), { method: "POST", body: "{}" }));
  leave();
  expect(answer.status).toBe(201);
  expect(asked).toEqual(["POST /auth/tokens t1", "POST /auth/tokens t2"]);
});

test("without a proof it is refused, and nothing is sent again", async () => {
  const asked = portal({ "/auth/tokens": [problem(403, "REAUTH_REQUIRED")] });
  const leave = onProofWanted(() => Promise.resolve(false));
  const refused: unknown = await transport(new Request(api("/auth/tokens"), { method: "POST" })).catch((error: unknown) => error);
  leave();
  expect(refused).toBeInstanceOf(Problem);
  expect((refused as Problem).code).toBe("REAUTH_REQUIRED");
  expect(asked).toHaveLength(1);
});

test("what is sent at the same time shares one token", async () => {
  const asked = portal({});
  const send = (path: string) => transport(new Request(api(path), { method: "POST" }));
  await Promise.all([send("/auth/refresh"), send("/auth/plex/verify")]);
  expect(asked).toEqual(["POST /auth/refresh t1", "POST /auth/plex/verify t1"]);
});

test("a session is not given up because another page has begun one with tokens of its own", async () => {
  const signedOut = vi.fn();
  const leave = onSignedOut(signedOut);
  const asked = portal({ "/auth/session": [problem(401, "UNAUTHENTICATED")], "/auth/refresh": [problem(403, "CSRF_INVALID")] });
  const answer = await transport(new Request(api("/auth/session")));
  leave();
  expect(answer.ok).toBe(true);
  expect(signedOut).not.toHaveBeenCalled();
  expect(asked).toEqual(["GET /auth/session", "POST /auth/refresh t1", "POST /auth/refresh t2", "GET /auth/session"]);
});

test("a session that is over is told of, and why", async () => {
  const signedOut = vi.fn();
  const leave = onSignedOut(signedOut);
  portal({ "/auth/session": [problem(401, "UNAUTHENTICATED")], "/auth/refresh": [problem(401, "SESSION_REVOKED")] });
  await expect(transport(new Request(api("/auth/session")))).rejects.toBeInstanceOf(Problem);
  leave();
  expect((signedOut.mock.calls[0]?.[0] as Problem).code).toBe("SESSION_REVOKED");
});

test.each([
  ["text/event-stream; charset=utf-8", false],
  ["application/json", true],
])("an answer of the type %s is ended after half a minute: %s", async (type, isEnded) => {
  vi.useFakeTimers();
  let asked!: Request;
  vi.stubGlobal("fetch", (request: Request) => {
    asked = request;
    return Promise.resolve(new Response("…", { headers: { "Content-Type": type } }));
  });
  await transport(new Request(api("/events")));
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  expect(asked.signal.aborted).toBe(isEnded);
});
