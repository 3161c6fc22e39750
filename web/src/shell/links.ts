import { BASE } from "@/base";

/** The place within this page that an address of the portal names. */
export function inApp(link: string): string {
  const url = new URL(link, document.baseURI);
  if (url.origin !== location.origin) return "/";
  const path = BASE && url.pathname.startsWith(`${BASE}/`) ? url.pathname.slice(BASE.length) : url.pathname;
  return `${path || "/"}${url.search}${url.hash}`;
}
