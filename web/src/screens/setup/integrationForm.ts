import type { Schemas } from "@/api/client";
import type { Integration } from "@/screens/setup/progress";

export type Kind = "plex" | "overseerr" | "radarr" | "sonarr" | "tmdb" | "smtp";
type Options = Schemas["Integration"]["options"];

interface Form {
  /** An address that is written as such, or made of parts. */
  address: "url" | "mail" | "none";
  usual: string;
  needsAddress: boolean;
  options: readonly string[];
}

/** What is asked for in the wizard; everything else is for the administration. */
export const FORMS: Record<Kind, Form> = {
  plex: { address: "url", usual: "http://192.168.1.10:32400", needsAddress: false, options: [] },
  overseerr: { address: "url", usual: "http://192.168.1.10:5055", needsAddress: true, options: [] },
  radarr: { address: "url", usual: "http://192.168.1.10:7878", needsAddress: true, options: ["qualityProfile", "rootFolder"] },
  sonarr: { address: "url", usual: "http://192.168.1.10:8989", needsAddress: true, options: ["qualityProfile", "rootFolder"] },
  tmdb: { address: "none", usual: "", needsAddress: false, options: [] },
  smtp: { address: "mail", usual: "mail.example.org", needsAddress: true, options: ["from", "username"] },
};

export interface Change {
  url: string;
  secret: string | null;
  options: Options;
}

/** What a form says; what it does not ask for stays as it is, and an empty secret is the present one. */
export function changeOf(kind: Kind, integration: Integration, form: FormData): Change {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const { address, options } = FORMS[kind];
  const asked = Object.fromEntries(options.map((name) => [name, text(name)]));
  const url = {
    url: () => webAddress(text("url")),
    mail: () => mailAddress({ host: text("host"), port: text("port"), tls: text("tls") }),
    none: () => integration.url ?? "",
  }[address]();
  return { url, secret: text("secret") || null, options: { ...integration.options, ...asked } };
}

/** People write where it is, and leave the rest to us. */
export function webAddress(text: string): string {
  if (!text || /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  return `http://${text}`;
}

export interface MailServer {
  host: string;
  port: string;
  tls: string;
}

export function mailAddress({ host, port, tls }: MailServer): string {
  if (!host) return "";
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `smtp://${name}${port ? `:${port}` : ""}?tls=${tls || "starttls"}`;
}

/** The parts of such an address; the usual ones where there is none. */
export function mailServerOf(url: string | null): MailServer {
  const parts = /^smtps?:\/\/(\[[^\]]+\]|[^:/?]+)(?::(\d+))?.*?(?:[?&]tls=(\w+))?$/.exec(url ?? "");
  return { host: parts?.[1] ?? "", port: parts?.[2] ?? "587", tls: parts?.[3] ?? "starttls" };
}

/** Whether another secret is needed: the present one is only ever sent to where it belongs. */
export function needsSecret(integration: Integration, url: string): boolean {
  return !integration.secretSet || originOf(url) !== originOf(integration.url ?? "");
}

function originOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0].toLowerCase() ?? "";
}
