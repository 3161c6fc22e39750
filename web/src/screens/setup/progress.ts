import type { Schemas } from "@/api/client";

/** In the order in which they are gone through. */
export const STEPS = ["plex", "requests", "youtube", "notifications", "people"] as const;
export type Step = (typeof STEPS)[number] | "done";
export type State = "done" | "skipped" | "open";

export type Integration = Schemas["Integration"];

/** What the portal says of itself; what has not come yet is missing. */
export interface Known {
  integrations: readonly Integration[];
  folder?: Schemas["FolderReport"]["state"] | undefined;
  /** Whether anybody but the owner is here, or invited. */
  others?: boolean | undefined;
  /** Whether the person has a channel besides the inbox. */
  reachable?: boolean | undefined;
}

export function isStep(value: unknown): value is Step {
  return value === "done" || (STEPS as readonly unknown[]).includes(value);
}

/** What is set up counts, whether it was skipped or not: this is read from the portal, not from what was clicked. */
export function stateOf(step: Step, known: Known, skipped: readonly Step[]): State {
  if (isSetUp(step, known)) return "done";
  return skipped.includes(step) ? "skipped" : "open";
}

/** Where to go on. */
export function firstOpen(known: Known, skipped: readonly Step[]): Step {
  return STEPS.find((step) => stateOf(step, known, skipped) === "open") ?? "done";
}

export function after(step: Step): Step {
  return step === "done" ? "done" : (STEPS[STEPS.indexOf(step) + 1] ?? "done");
}

export function before(step: Step): Step | null {
  return step === "done" ? STEPS.at(-1)! : (STEPS[STEPS.indexOf(step) - 1] ?? null);
}

function isSetUp(step: Step, { integrations, folder, others, reachable }: Known): boolean {
  const has = (kind: Integration["kind"]) => integrations.some((each) => each.kind === kind && each.configured && each.enabled);
  switch (step) {
    case "plex":
      return has("plex");
    case "requests":
      return has("overseerr") || ((has("radarr") || has("sonarr")) && has("tmdb"));
    case "youtube":
      return folder === "found";
    case "notifications":
      return has("smtp") || reachable === true;
    case "people":
      return others === true;
    case "done":
      return false;
  }
}

const KEPT = "medianest-setup-skipped";

/** Of this person in this browser: what one does not want here and now. */
export function skippedBy(user: string): Step[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`${KEPT}-${user}`) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isStep) : [];
  } catch {
    return [];
  }
}

export function skip(user: string, step: Step): Step[] {
  const all = [...new Set([...skippedBy(user), step])];
  localStorage.setItem(`${KEPT}-${user}`, JSON.stringify(all));
  return all;
}
