/** What the worker does with what a page asks for, apart from the browser that it runs in. */

export type Kind = "document" | "asset" | "picture";

const NOT_PLACES = /^(api|health|metrics|login|\.well-known)(\/|$)/;
const PICTURE = /^api\/v1\/(media|plex|youtube)\/images\//;

interface Asked {
  url: string;
  method: string;
  mode: string;
  destination: string;
}

/** Null: none of our business. Answers of the API are never kept: they belong to a person. */
export function kindOf({ url, method, mode, destination }: Asked, scope: string): Kind | null {
  if (method !== "GET" || !url.startsWith(scope)) return null;
  const place = new URL(url).pathname.slice(new URL(scope).pathname.length);
  if (PICTURE.test(place)) return destination === "image" ? "picture" : null;
  if (NOT_PLACES.test(place)) return null;
  if (place.startsWith("assets/")) return "asset";
  // A file at the top, such as an icon, opened by itself.
  if (mode === "navigate") return /^[^/]+\.(?!html)\w+$/.test(place) ? null : "document";
  return null;
}

export interface Shown {
  title: string;
  options: NotificationOptions & { timestamp?: number; renotify?: boolean };
}

/** What a message of the portal looks like on the screen of a device. Something has to be shown in any case: browsers insist. */
export function notificationOf(text: string | undefined, scope: string): Shown {
  const told = parsed(text);
  const at = Date.parse(said(told["at"]) ?? "");
  const [body, tag, lang] = [said(told["body"]), said(told["tag"]), said(told["lang"])];
  return {
    title: said(told["title"]) ?? "MediaNest",
    options: {
      icon: new URL("icon-192.png", scope).href,
      badge: new URL("badge-96.png", scope).href,
      data: { link: placeOf(said(told["link"]), scope) },
      requireInteraction: told["urgency"] === "high",
      ...(body && { body }),
      // The same tag takes the place of what it belongs to, and is heard all the same.
      ...(tag && { tag, renotify: true }),
      ...(lang && { lang }),
      ...(Number.isFinite(at) && { timestamp: at }),
    },
  };
}

/** Only places of this portal are opened; everything else leads to the inbox. */
export function placeOf(link: string | null, scope: string): string {
  const inbox = new URL("notifications", scope).href;
  if (!link || !URL.canParse(link, scope)) return inbox;
  const url = new URL(link, scope);
  return url.href.startsWith(scope) || `${url.href}/` === scope ? url.href : inbox;
}

/** The oldest of what is kept go once there are more than `most`; the newest come last. */
export function tooMany<T>(kept: readonly T[], most: number): T[] {
  return kept.slice(0, Math.max(0, kept.length - most));
}

function parsed(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function said(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
