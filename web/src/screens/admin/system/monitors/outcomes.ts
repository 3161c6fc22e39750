import type { Schemas } from "@/api/client";

export interface Line {
  name: string;
  /** What kind of thing it is, where there are several. */
  what?: Schemas["ImportedKind"];
  remarks: readonly string[];
}

/** What an import has done or would do, wherever it comes from. */
export interface Outcome {
  dryRun: boolean;
  /** Nothing that an import would change. */
  isNothing: boolean;
  lines: Record<"created" | "updated" | "unchanged" | "left", Line[]>;
  tokens: { name: string; path: string }[];
  remarks: readonly string[];
  version: string | null;
  days: number;
}

export function outcomeOf(told: Schemas["CarriedOver"] | Schemas["KumaImport"]): Outcome {
  const isKuma = "notImported" in told;
  const lines = {
    created: told.created.map(lineOf),
    updated: told.updated.map(lineOf),
    unchanged: told.unchanged.map(lineOf),
    left: isKuma ? told.notImported.map(({ name, type, reason }) => ({ name, remarks: [type, reason] })) : told.left.map(lineOf),
  };
  return {
    dryRun: told.dryRun,
    isNothing: lines.created.length + lines.updated.length === 0 && !(isKuma && told.days > 0),
    lines,
    tokens: isKuma
      ? told.pushTokens.map(({ name, path }) => ({ name, path }))
      : told.pushTokens.map(({ name, pushPath }) => ({ name, path: pushPath })),
    remarks: isKuma ? told.remarks : [],
    version: isKuma ? told.version : null,
    days: isKuma ? told.days : 0,
  };
}

function lineOf(thing: Schemas["CarriedThing"] | Schemas["Imported"]): Line {
  const changes = "changes" in thing ? (thing.changes ?? []) : [];
  return { name: thing.name, ...("what" in thing && { what: thing.what }), remarks: [...changes, ...(thing.remarks ?? [])] };
}
