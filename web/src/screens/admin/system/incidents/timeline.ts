import type { Schemas } from "@/api/client";

type Incident = Schemas["Incident"];

export type Entry =
  | { at: string; turn: Schemas["IncidentTurn"] }
  | { at: string; note: Schemas["IncidentNote"] }
  | { at: string; over: true };

/** What happened and what was said of it, in the order in which it was. */
export function timelineOf({ timeline, notes, closedAt }: Pick<Incident, "timeline" | "notes" | "closedAt">): Entry[] {
  const isToldOver = timeline.at(-1)?.what === "up";
  const entries: Entry[] = [
    ...timeline.map((turn) => ({ at: turn.at, turn })),
    ...notes.map((note) => ({ at: note.at, note })),
    ...(closedAt && !isToldOver ? [{ at: closedAt, over: true as const }] : []),
  ];
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
