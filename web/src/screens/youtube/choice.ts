import type { Schemas } from "@/api/client";
import { youtubeLink } from "@/screens/youtube/links";

export type Status = Schemas["DownloadStatus"];

export const STATUSES = ["queued", "waiting", "downloading", "processing", "importing", "ready", "paused", "failed", "cancelled", "removed"] as const satisfies readonly Status[];

export interface Choice {
  /** What is to be downloaded: pasted, shared by a phone, or asked again. */
  link?: string;
  status?: Status;
  q?: string;
  everybody?: true;
}

/** A phone that shares says the address in one of two places, and the title around it. */
export function choiceOf(known: Record<string, unknown>): Choice {
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const link = youtubeLink(text(known["link"]), text(known["url"]));
  const q = text(known["q"])?.slice(0, 200);
  return {
    ...(link && { link }),
    ...(STATUSES.some((each) => each === known["status"]) && { status: known["status"] as Status }),
    ...(q && { q }),
    ...((known["everybody"] === true || known["everybody"] === "true") && { everybody: true }),
  };
}

/** With something else chosen, or nothing in its place. */
export function changed(choice: Choice, next: { [name in keyof Choice]?: Choice[name] | "" | false | undefined }): Choice {
  return Object.fromEntries(Object.entries({ ...choice, ...next }).filter(([, value]) => !!value));
}
