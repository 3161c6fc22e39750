import type { Schemas } from "@/api/client";

/** As for the person's role, without a limit, or with one of their own. */
export type Kind = "role" | "none" | "own";

export interface LimitForm {
  kind: Kind;
  limit: string;
  days: string;
}

export interface QuotaForm {
  movie: LimitForm;
  tv: LimitForm;
  may4k: "role" | "yes" | "no";
}

const USUAL = { limit: "10", days: "7" };

export function quotaForm(quota: Schemas["PersonQuota"]): QuotaForm {
  return {
    movie: limitForm(quota.movie),
    tv: limitForm(quota.tv),
    may4k: quota.mayAsk4k == null ? "role" : quota.mayAsk4k ? "yes" : "no",
  };
}

function limitForm(limit: Schemas["Limit"] | null): LimitForm {
  if (!limit) return { kind: "role", ...USUAL };
  if (limit.limit === null) return { kind: "none", ...USUAL, days: String(limit.days) };
  return { kind: "own", limit: String(limit.limit), days: String(limit.days) };
}

export function quotaBody(form: QuotaForm): Schemas["OwnQuotaBody"] {
  return {
    movie: limitBody(form.movie),
    tv: limitBody(form.tv),
    mayAsk4k: form.may4k === "role" ? null : form.may4k === "yes",
  };
}

function limitBody({ kind, limit, days }: LimitForm): Schemas["LimitBody"] | null {
  if (kind === "role") return null;
  return { limit: kind === "none" ? null : Number(limit), days: Number(days) };
}

/** Nothing of it is the person's own: the whole quota can be taken back. */
export function isAsForRole(body: Schemas["OwnQuotaBody"]): boolean {
  return body.movie == null && body.tv == null && body.mayAsk4k == null;
}

const GIGABYTE = 1_000_000_000;

export interface DownloadForm {
  /** Empty is as for everybody. */
  perHour: string;
  gigabytes: string;
}

export function downloadForm({ limitPerHour, limitBytes }: Pick<Schemas["PersonDownloadQuota"], "limitPerHour" | "limitBytes">): DownloadForm {
  return {
    perHour: limitPerHour === null ? "" : String(limitPerHour),
    gigabytes: limitBytes === null ? "" : String(limitBytes / GIGABYTE),
  };
}

export function downloadBody({ perHour, gigabytes }: DownloadForm): Schemas["DownloadLimitsBody"] {
  return {
    limitPerHour: perHour.trim() === "" ? null : Number(perHour),
    limitBytes: gigabytes.trim() === "" ? null : Math.round(Number(gigabytes.replace(",", ".")) * GIGABYTE),
  };
}
