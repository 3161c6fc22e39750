import { BASE } from "@/base";

const LOOK_AGAIN_MS = 60 * 60_000;
const SELDOM_MS = 5 * 60_000;
/** The file that this is built into: its name is another in each version. */
const MINE = import.meta.url;
const RELOADED = "medianest-reloaded";

let waiting: ServiceWorker | null = null;
let asked = false;
const listeners = new Set<() => void>();

/** Whether another version of the page waits for being shown. */
export const newVersion = {
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  isThere: () => waiting !== null,
  show: () => {
    asked = true;
    if (waiting?.state === "activated") location.reload();
    else waiting?.postMessage({ type: "take-over" });
  },
};

/** Lets the page be opened without a network, and messages come while it is closed. `go` shows a place of the page. */
export function work(go: (link: string) => void): void {
  window.addEventListener("vite:preloadError", reloadOnce);
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", (event) => {
    const told = event.data as { type?: string; link?: string };
    if (told.type === "open" && told.link) go(told.link);
  });
  navigator.serviceWorker.addEventListener("controllerchange", () => asked && location.reload());
  // After what is shown first: nothing of this is in a hurry.
  if (document.readyState === "complete") void register();
  else window.addEventListener("load", () => void register(), { once: true });
}

async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register(`${BASE}/sw.js`, { scope: `${BASE}/`, updateViaCache: "none" }).catch(() => null);
  if (!registration) return;
  if (registration.waiting) void consider(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => {
      if (coming.state === "installed" && navigator.serviceWorker.controller) void consider(coming);
    });
  });
  let looked = Date.now();
  const look = () => {
    if (document.visibilityState !== "visible" || Date.now() - looked < SELDOM_MS) return;
    looked = Date.now();
    void registration.update().catch(() => undefined);
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  setInterval(look, LOOK_AGAIN_MS);
}

/** A page that has come with the new version already needs not be asked. */
async function consider(worker: ServiceWorker): Promise<void> {
  if (await has(worker, MINE)) return worker.postMessage({ type: "take-over" });
  waiting = worker;
  for (const each of listeners) each();
}

function has(worker: ServiceWorker, file: string): Promise<boolean> {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => done(event.data === true);
    worker.postMessage({ type: "has", file }, [port2]);
  });
}

/** Pictures of whoever was here before do not stay. */
export function forgetPictures(): void {
  navigator.serviceWorker?.controller?.postMessage({ type: "forget" });
}

/** What has been read here, or on another device, need not be on the screen any more. */
export async function closeNotifications(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration(`${BASE}/`);
  for (const each of (await registration?.getNotifications()) ?? []) each.close();
}

/** A part of the page that is gone from the portal: there has been an upgrade, and no worker that kept it. */
function reloadOnce(event: Event): void {
  if (!navigator.onLine || Date.now() - Number(sessionStorage.getItem(RELOADED)) < SELDOM_MS) return;
  event.preventDefault();
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
}
