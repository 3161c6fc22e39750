import { http } from "@/api/client";
import { Problem } from "@/api/problem";
import { BASE } from "@/base";

/** This browser as a channel: what it can do, and how it is made one and unmade. */

const KEPT = "medianest-push-channel";

export type Ability = "can" | "denied" | "insecure" | "install" | "unsupported";

/** What keeps this browser from taking messages, if anything does. */
export function ability(): Ability {
  if (!window.isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return isApple() ? "install" : "unsupported";
  return Notification.permission === "denied" ? "denied" : "can";
}

/** On an iPhone or iPad only what has been put on the home screen takes messages. */
function isApple(): boolean {
  return /iPhone|iPad/.test(navigator.userAgent) || (navigator.userAgent.includes("Mac") && navigator.maxTouchPoints > 1);
}

export function isHere(channelId: string): boolean {
  return localStorage.getItem(KEPT) === channelId;
}

/** Asks the person, so only for a tap. Null where they said no. */
export async function enterBrowser(publicKey: string, name: string): Promise<string | null> {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const config = (await subscribe(publicKey)).toJSON() as Record<string, unknown>;
  const { data } = await http.POST("/api/v1/notifications/channels", { body: { kind: "web_push", name, config } });
  localStorage.setItem(KEPT, data!.channel.id);
  return data!.channel.id;
}

/** The subscription ends here; the portal's own note of it is for the caller to delete. */
export async function leaveBrowser(): Promise<void> {
  localStorage.removeItem(KEPT);
  const registration = await navigator.serviceWorker.getRegistration(`${BASE}/`);
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

/** Whoever signs in here next does not get the messages of whoever was here before. */
export async function forgetBrowser(): Promise<void> {
  const id = localStorage.getItem(KEPT);
  if (!id) return;
  await Promise.allSettled([http.DELETE("/api/v1/notifications/channels/{id}", { params: { path: { id } } }), leaveBrowser()]);
}

async function subscribe(publicKey: string): Promise<PushSubscription> {
  try {
    const { pushManager } = await worker();
    // Another key, or a subscription that the portal has given up: a new one in any case.
    await (await pushManager.getSubscription())?.unsubscribe();
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
  } catch {
    throw new Problem(0, { code: "PUSH_UNAVAILABLE" });
  }
}

async function worker(): Promise<ServiceWorkerRegistration> {
  const waited = new Promise<never>((_, fail) => setTimeout(() => fail(new Error("no worker")), 10_000));
  return await Promise.race([navigator.serviceWorker.ready, waited]);
}

/** What people call it: "Firefox on Android". */
export function browserName(agent: string = navigator.userAgent): { browser: string; system: string } {
  return { browser: firstOf(BROWSERS, agent) ?? "Browser", system: firstOf(SYSTEMS, agent) ?? "" };
}

const BROWSERS: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/(Firefox|FxiOS)\//, "Firefox"],
  [/(Chrome|CriOS)\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Mac OS/, "Mac"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

function firstOf(known: [RegExp, string][], agent: string): string | undefined {
  return known.find(([like]) => like.test(agent))?.[1];
}
