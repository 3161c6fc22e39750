import { version } from "../../package.json";

import { http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { wasSignedIn } from "@/api/session";
import { BASE } from "@/base";

type Report = Schemas["ReportErrorBody"];

/** A page that fails at every turn says so, and then is quiet. */
const MOST = 10;
const MOST_FRAMES = 30;
/** No faults of ours: what a browser's extension does, and what browsers say of nothing. */
const NOISE = [/^Script error\.?$/, /ResizeObserver loop/, /(chrome|moz|safari-web)-extension:/];
const NO_NETWORK = /dynamically imported module|module script failed|Unable to preload CSS/i;

/** What is told of an error; null of what is none of this page's own. */
export function reportOf(error: unknown, path: string): Report | null {
  // The portal's own answers are known there, and shown here.
  if (error instanceof Problem) return null;
  const { name, message, stack } = isError(error) ? error : { name: "Error", message: String(error), stack: undefined };
  if (name === "AbortError" || !message || NO_NETWORK.test(message)) return null;
  if (NOISE.some((each) => each.test(message) || each.test(stack ?? ""))) return null;
  return {
    kind: name.slice(0, 100) || "Error",
    message: impersonal(message).slice(0, 2000),
    stack: stack ? impersonal(stack.split("\n").slice(0, MOST_FRAMES).join("\n")).slice(0, 10_000) : null,
    page: path.slice(0, 500),
    release: version,
  };
}

/** Those of the browser itself are of another class in places. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || thrown instanceof DOMException;
}

/** Neither whose portal it is, nor what somebody has looked for, nor anybody's address. */
function impersonal(text: string): string {
  return text
    .replaceAll(/https?:\/\/[^/\s)]+/g, "")
    .replaceAll(/[?#][^\s):]*/g, "")
    .replaceAll(/[\w.+-]+@[\w-]+\.[\w.-]+/g, "…@…");
}

/** Tells each error once, and a few of them at most. */
export function reporter(send: (report: Report) => Promise<unknown>): (error: unknown, path: string) => void {
  const told = new Set<string>();
  return (error, path) => {
    const report = reportOf(error, path);
    if (!report || told.size >= MOST) return;
    const same = [report.kind, report.message, report.stack?.split("\n")[1]?.trim()].join("|");
    if (told.has(same)) return;
    told.add(same);
    // Whoever cannot tell of an error has others to care for.
    send(report).catch(() => undefined);
  };
}

const tell = reporter((body) => http.POST("/api/v1/errors/report", { body }));

export function report(error: unknown): void {
  if (!wasSignedIn()) return;
  tell(error, BASE && location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) : location.pathname);
}

/** Everything that nobody has caught is told from now on. */
export function reportUncaught(): void {
  window.addEventListener("error", ({ error, message }) => report(error ?? message));
  window.addEventListener("unhandledrejection", ({ reason }) => report(reason));
}
