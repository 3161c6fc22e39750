import type { Schemas } from "@/api/client";

export type Spec = Schemas["NewMonitorBody"]["spec"];
export type Kind = Spec["kind"];
type SpecOf<S, K> = S extends { kind: infer Kinds } ? (K extends Kinds ? S : never) : never;
type Named<K> = Exclude<keyof SpecOf<Spec, K>, "kind"> & string;

/** One thing to fill in. */
export interface Part<Name extends string = string> {
  name: Name;
  as: "line" | "address" | "number" | "long" | "yes" | "choice" | "list" | "days" | "secret" | "headers";
  need?: true;
  /** Few ever touch it: it is folded away. */
  further?: true;
  /** What the portal takes where nothing is said. */
  usual?: string | boolean;
  options?: readonly string[];
  least?: number;
  most?: number;
}

const PORT = { as: "number", least: 1, most: 65_535 } as const;
const RECORDS = ["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "CAA", "PTR", "SOA"] as const;
const KEYED: Part<"url" | "apiKey">[] = [
  { name: "url", as: "address", need: true },
  { name: "apiKey", as: "secret" },
];

/** What there is to say of each kind, in the order in which it is asked for. */
const PARTS: { [K in Kind]: Part<Named<K>>[] } = {
  http: [
    { name: "url", as: "address", need: true },
    { name: "keyword", as: "line", most: 500 },
    { name: "keywordAbsent", as: "yes", usual: false },
    { name: "statuses", as: "list", usual: "200-299", need: true, further: true },
    { name: "method", as: "choice", options: ["GET", "HEAD", "POST", "PUT"], usual: "GET", further: true },
    { name: "body", as: "long", most: 10_000, further: true },
    { name: "headers", as: "headers", further: true },
    { name: "username", as: "line", most: 200, further: true },
    { name: "password", as: "secret", further: true },
    { name: "jsonPath", as: "line", most: 500, further: true },
    { name: "jsonExpected", as: "line", most: 500, further: true },
    { name: "followRedirects", as: "yes", usual: true, further: true },
    { name: "verifyTls", as: "yes", usual: true, further: true },
  ],
  tcp: [
    { name: "host", as: "line", need: true, most: 253 },
    { name: "port", ...PORT, need: true },
  ],
  ping: [{ name: "host", as: "line", need: true, most: 253 }],
  dns: [
    { name: "name", as: "line", need: true, most: 253 },
    { name: "record", as: "choice", options: RECORDS, usual: "A" },
    { name: "expected", as: "line", most: 500 },
    { name: "server", as: "line", most: 253, further: true },
    { name: "port", ...PORT, usual: "53", need: true, further: true },
  ],
  tls: [
    { name: "host", as: "line", need: true, most: 253 },
    { name: "port", ...PORT, usual: "443", need: true },
    { name: "warnDays", as: "days", usual: "21, 14, 7" },
    { name: "serverName", as: "line", most: 253, further: true },
  ],
  push: [
    { name: "graceSeconds", as: "number", least: 10, most: 86_400, usual: "60", need: true },
    { name: "lasts", as: "yes", usual: false },
  ],
  docker: [
    { name: "container", as: "line", need: true, most: 200 },
    { name: "host", as: "line", usual: "unix:///var/run/docker.sock", need: true, most: 500, further: true },
  ],
  qbittorrent: [
    { name: "url", as: "address", need: true },
    { name: "username", as: "line", most: 200 },
    { name: "password", as: "secret" },
    { name: "apiKey", as: "secret" },
  ],
  plex: KEYED,
  overseerr: KEYED,
  sonarr: KEYED,
  radarr: KEYED,
  prowlarr: KEYED,
  tautulli: KEYED,
  sabnzbd: KEYED,
  jellyfin: KEYED,
  tmdb: KEYED,
};

export const partsOf = (kind: Kind): readonly Part[] => PARTS[kind];
export const KINDS = Object.keys(PARTS) as Kind[];
export const isKind = (kind: string): kind is Kind => kind in PARTS;

/** As it stands in the form. A secret is what has been typed anew; null takes it away. */
export type Draft = Record<string, string | boolean | null>;

export function draftOf(kind: Kind, spec: Record<string, unknown> | null): Draft {
  return Object.fromEntries(
    partsOf(kind).map((part) => {
      const known = spec?.[part.name];
      if (part.as === "yes") return [part.name, typeof known === "boolean" ? known : part.usual === true];
      if (part.as === "secret" || part.as === "headers") return [part.name, ""];
      if (Array.isArray(known)) return [part.name, known.join(", ")];
      if (typeof known === "string" || typeof known === "number") return [part.name, String(known)];
      return [part.name, spec ? "" : (part.usual ?? "")];
    }),
  );
}

/** What goes to the portal. A secret that nobody has touched is left out, and stays as it is. */
export function specOf(kind: Kind, draft: Draft): Spec {
  const said = partsOf(kind).flatMap((part) => {
    const value = valueOf(part, draft[part.name] ?? null);
    return value === undefined ? [] : [[part.name, value]];
  });
  return { kind, ...(Object.fromEntries(said) as object) } as Spec;
}

function valueOf({ as }: Part, typed: string | boolean | null): unknown {
  if (typeof typed === "boolean") return typed;
  const text = as === "long" || as === "secret" ? typed : typed?.trim();
  switch (as) {
    case "secret":
      return text === null ? null : text || undefined;
    case "headers":
      return typed === null ? {} : text ? headersIn(text) : undefined;
    case "number":
      return text ? Number(text) : undefined;
    case "list":
      return listed(text ?? "");
    case "days":
      return listed(text ?? "").map(Number);
    default:
      return text || null;
  }
}

function listed(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** One of them a line, as in a request. */
export function headersIn(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => line.split(/:(.*)/s));
  return Object.fromEntries(lines.flatMap(([name, value]) => (name?.trim() && value?.trim() ? [[name.trim(), value.trim()]] : [])));
}

/** Whether the secret of that name is kept already; of headers, which. */
export function keptOf(part: Part, secrets: readonly string[]): string[] {
  if (part.as === "headers") return secrets.filter((each) => each.startsWith("headers.")).map((each) => each.slice("headers.".length));
  return part.as === "secret" && secrets.includes(part.name) ? [part.name] : [];
}

/** The portal names the kind within the field's path, in places. */
export function wrongWith(name: string, kind: Kind, fields: Readonly<Record<string, string>>): string | undefined {
  const starts = [`spec.${kind}.${name}`, `spec.${name}`];
  return Object.entries(fields).find(([field]) => starts.some((start) => field === start || field.startsWith(`${start}.`)))?.[1];
}
