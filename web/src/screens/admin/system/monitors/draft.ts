import type { Schemas } from "@/api/client";
import { draftOf, isKind, specOf, type Draft, type Kind } from "@/screens/admin/system/monitors/spec";

type Monitor = Schemas["Monitor"];

/** All that is decided about a monitor, as it stands in the form. Numbers are what has been typed. */
export interface MonitorDraft {
  name: string;
  /** Null for one that the settings have made: what it looks at is decided there. */
  kind: Kind | null;
  spec: Draft;
  groupId: string;
  visibility: Schemas["Visibility"];
  intervalSeconds: string;
  timeoutSeconds: string;
  failures: string;
  outOf: string;
  successes: string;
  slowMs: string;
  reminderSeconds: string;
  inverted: boolean;
  dependsOn: string[];
}

export function newMonitor(kind: Kind): MonitorDraft {
  return {
    name: "",
    kind,
    spec: draftOf(kind, null),
    groupId: "",
    visibility: "admins",
    intervalSeconds: "60",
    timeoutSeconds: "10",
    failures: "2",
    outOf: "3",
    successes: "2",
    slowMs: "",
    reminderSeconds: "",
    inverted: false,
    dependsOn: [],
  };
}

export function monitorDraft(monitor: Monitor): MonitorDraft {
  const text = (value: number | null) => (value === null ? "" : String(value));
  const kind = monitor.spec && isKind(monitor.kind) ? monitor.kind : null;
  return {
    name: monitor.name,
    kind,
    spec: kind ? draftOf(kind, monitor.spec) : {},
    groupId: monitor.groupId ?? "",
    visibility: monitor.visibility,
    intervalSeconds: text(monitor.intervalSeconds),
    timeoutSeconds: text(monitor.timeoutSeconds),
    failures: text(monitor.failures),
    outOf: text(monitor.outOf),
    successes: text(monitor.successes),
    slowMs: text(monitor.slowMs),
    reminderSeconds: text(monitor.reminderSeconds),
    inverted: monitor.inverted,
    dependsOn: monitor.dependsOn,
  };
}

/** Another kind is asked other things; what both are asked stays as it was typed. */
export function ofKind(draft: MonitorDraft, kind: Kind): MonitorDraft {
  const fresh = draftOf(kind, null);
  const same = Object.entries(draft.spec).filter(([name, value]) => name in fresh && value !== "" && name !== "port");
  return { ...draft, kind, spec: { ...fresh, ...Object.fromEntries(same) } };
}

/** What goes to the portal, but for the version and whether it begins paused. */
export function bodyOf(draft: MonitorDraft) {
  const number = (text: string) => (text.trim() ? Number(text) : null);
  return {
    name: draft.name.trim(),
    groupId: draft.groupId || null,
    visibility: draft.visibility,
    intervalSeconds: Number(draft.intervalSeconds),
    timeoutSeconds: Number(draft.timeoutSeconds),
    failures: Number(draft.failures),
    outOf: Number(draft.outOf),
    successes: Number(draft.successes),
    slowMs: number(draft.slowMs),
    reminderSeconds: number(draft.reminderSeconds),
    inverted: draft.inverted,
    dependsOn: draft.dependsOn,
    spec: draft.kind && specOf(draft.kind, draft.spec),
  };
}

export type Mistake = "timeoutTooLong" | "failuresTooMany";

/** What each field allows, and all of them together do not. */
export function mistakesIn(draft: MonitorDraft): { timeoutSeconds?: Mistake; failures?: Mistake } {
  return {
    ...(Number(draft.timeoutSeconds) >= Number(draft.intervalSeconds) && { timeoutSeconds: "timeoutTooLong" }),
    ...(Number(draft.failures) > Number(draft.outOf) && { failures: "failuresTooMany" }),
  };
}
