import type { Schemas } from "@/api/client";

type Details = Schemas["Details"];

/** What is the matter, to be said in words. */
export type Trouble =
  | { what: "down" | "degraded"; service: string }
  | { what: "checkDown" | "checkDegraded"; service: string; check: string; message: string | null }
  | { what: "silent"; service: string; instance: string }
  | { what: "versions"; service: string; versions: string[] }
  | { what: "mixed"; versions: string[] }
  | { what: "pool"; service: string }
  | { what: "bus" }
  | { what: "deadLetters"; count: number }
  | { what: "backlog"; name: string; count: number };

/** So many that wait are more than a moment's work. */
const MANY = 1000;

export function troublesIn({ services, streams, deadLetters }: Details): Trouble[] {
  const troubles: Trouble[] = services.flatMap(troublesOf);
  const versions = [...new Set(services.flatMap(({ replicas }) => replicas.map(({ version }) => version)))].sort();
  const isToldAlready = troubles.some(({ what }) => what === "versions");
  if (versions.length > 1 && !isToldAlready) troubles.push({ what: "mixed", versions });
  if (!streams) troubles.push({ what: "bus" });
  for (const { consumers } of streams ?? [])
    for (const { name, waiting } of consumers) if (waiting >= MANY) troubles.push({ what: "backlog", name, count: waiting });
  if (deadLetters) troubles.push({ what: "deadLetters", count: deadLetters });
  return troubles;
}

/** Of what the services find, that which is said above it. */
export function saidAlready(code: Schemas["FindingCode"]): boolean {
  return code === "service_missing" || code === "reader_behind";
}

function troublesOf({ service, status, replicas, silent }: Details["services"][number]): Trouble[] {
  const checks = replicas.flatMap(({ checks }) => checks).filter(({ status }) => status !== "ok");
  const told = new Map(checks.map((each) => [each.name, each]));
  const troubles: Trouble[] = [...told.values()].map(({ name, status, message }) => ({
    what: status === "down" ? "checkDown" : "checkDegraded",
    service,
    check: name,
    message: message ?? null,
  }));
  if (status === "down" && replicas.length === 0) troubles.push({ what: "down", service });
  for (const { instance } of silent) troubles.push({ what: "silent", service, instance });
  const versions = [...new Set(replicas.map(({ version }) => version))].sort();
  if (versions.length > 1) troubles.push({ what: "versions", service, versions });
  if (replicas.some(({ pool }) => pool && pool.inUse >= pool.size)) troubles.push({ what: "pool", service });
  // Something is wrong, and nothing of the above says what.
  if (troubles.length === 0 && status !== "ok") troubles.push({ what: status === "down" ? "down" : "degraded", service });
  return troubles;
}
