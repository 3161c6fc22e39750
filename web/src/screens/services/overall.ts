import type { Schemas } from "@/api/client";
import type { Tone } from "@/ui/Badge";

export type Monitor = Schemas["MonitorStatus"];
export type State = Schemas["MonitorState"];

export const TONES: Record<State, Tone> = {
  up: "good",
  degraded: "warn",
  flapping: "warn",
  auth: "bad",
  down: "bad",
  maintenance: "calm",
  unknown: "soft",
  pending: "soft",
};

const BAD: ReadonlySet<State> = new Set(["down", "auth"]);
const POOR: ReadonlySet<State> = new Set(["degraded", "flapping"]);

export interface Overall {
  says: "allWell" | "down" | "poor" | "maintenance" | "unknown" | "nothing";
  tone: Tone;
  names: string[];
}

/** In one word what is the matter, and with what: what only suffers from something else is not named. */
export function overall(monitors: readonly Pick<Monitor, "name" | "status" | "blockedBy">[]): Overall {
  const names = (states: (state: State) => boolean) => monitors.filter((each) => states(each.status)).map((each) => each.name);
  const bad = monitors.filter((each) => BAD.has(each.status) && !each.blockedBy).map((each) => each.name);
  if (monitors.length === 0) return { says: "nothing", tone: "soft", names: [] };
  if (bad.length) return { says: "down", tone: "bad", names: bad };
  const poor = names((state) => POOR.has(state));
  if (poor.length) return { says: "poor", tone: "warn", names: poor };
  const unknown = names((state) => state === "unknown" || state === "pending");
  if (unknown.length) return { says: "unknown", tone: "soft", names: unknown };
  const maintained = names((state) => state === "maintenance");
  if (maintained.length) return { says: "maintenance", tone: "calm", names: maintained };
  return { says: "allWell", tone: "good", names: [] };
}

/** By group as somebody has named them; what has none stands first. */
export function groups(monitors: readonly Monitor[]): [string | null, Monitor[]][] {
  const found = new Map<string | null, Monitor[]>();
  for (const each of monitors) found.set(each.group, [...(found.get(each.group) ?? []), each]);
  return [...found].sort(([a], [b]) => (a === null ? -1 : b === null ? 1 : 0));
}
