import { kindOf, notificationOf, tooMany } from "@/worker/rules";

declare const self: ServiceWorkerGlobalScope;
/** The files of this version, and what they are together; the build writes both in. */
declare const __FILES__: string[];
declare const __ENTRY__: string;
declare const __VERSION__: string;

const SCOPE = self.registration.scope;
const OURS = `medianest ${new URL(SCOPE).pathname} `;
const SHELL = `${OURS}shell ${__VERSION__}`;
const PICTURES = `${OURS}pictures`;
const MOST_PICTURES = 400;
const PATIENCE_MS = 5_000;
const PORTAL_AWAY = new Set([502, 503, 504]);
const SAME = { ignoreVary: true } satisfies CacheQueryOptions;

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  switch (kindOf(request, SCOPE)) {
    case "document":
      return event.respondWith(document(event));
    case "asset":
      return event.respondWith(kept(request));
    case "picture":
      return event.respondWith(picture(event));
  }
});

self.addEventListener("message", (event) => {
  const asked = event.data as { type?: string; file?: string };
  if (asked.type === "take-over") void self.skipWaiting();
  if (asked.type === "has") event.ports[0]?.postMessage(__FILES__.some((file) => asked.file === new URL(file, SCOPE).href));
  if (asked.type === "forget") event.waitUntil(caches.delete(PICTURES));
});

self.addEventListener("push", (event) => {
  const { title, options } = notificationOf(event.data?.text(), SCOPE);
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open((event.notification.data as { link: string }).link));
});

/** All or nothing: a document with the files that it names. */
async function keepShell(): Promise<void> {
  const cache = await caches.open(SHELL);
  await cache.addAll(__FILES__.map((file) => new URL(file, SCOPE).href));
  const answer = await fetch(SCOPE, { headers: { accept: "text/html" }, cache: "no-store" });
  const text = await answer.clone().text();
  if (!answer.ok || answer.redirected || !text.includes(__ENTRY__)) throw new Error("The portal has another version already.");
  await cache.put(SCOPE, answer);
}

/** A page of the version before, still open elsewhere, goes on finding its files. */
async function takeOver(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(`${OURS}shell `));
  const [before] = shells.filter((name) => name !== SHELL).slice(-1);
  await Promise.all(shells.filter((name) => name !== SHELL && name !== before).map((name) => caches.delete(name)));
  // Turned off where it was on: what the worker leaves alone, such as the way back from a provider, would be asked for twice.
  await self.registration.navigationPreload?.disable();
  await self.clients.claim();
}

/** As the portal has it now; as it was, where the portal cannot be reached in time. */
async function document(event: FetchEvent): Promise<Response> {
  const late = new Promise<null>((done) => setTimeout(() => done(null), PATIENCE_MS));
  const asked = fetch(event.request);
  const answer = await Promise.race([asked.catch(() => null), late]);
  if (answer && !PORTAL_AWAY.has(answer.status)) return answer;
  const before = await (await caches.open(SHELL)).match(SCOPE, SAME);
  return before ?? (await asked);
}

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request, SAME)) ?? (await fetch(request));
}

async function picture(event: FetchEvent): Promise<Response> {
  const cache = await caches.open(PICTURES);
  const known = await cache.match(event.request, SAME);
  if (known) return known;
  const answer = await fetch(event.request);
  // What stands in for a picture that did not come is asked for again.
  if (answer.ok && answer.headers.get("cache-control")?.includes("immutable")) event.waitUntil(keepPicture(cache, event.request, answer.clone()));
  return answer;
}

async function keepPicture(cache: Cache, request: Request, answer: Response): Promise<void> {
  await cache.put(request, answer);
  await Promise.all(tooMany(await cache.keys(), MOST_PICTURES).map((each) => cache.delete(each)));
}

/** In a window of the portal that is open, without loading it anew. */
async function open(link: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const ours = windows.filter((each) => each.url.startsWith(SCOPE));
  const best = ours.find((each) => each.focused) ?? ours.find((each) => each.visibilityState === "visible") ?? ours[0];
  if (!best) return void (await self.clients.openWindow(link));
  best.postMessage({ type: "open", link });
  await best.focus();
}
