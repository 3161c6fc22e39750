/** An error as the API tells it (RFC 9457), or what kept us from hearing one. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly correlationId: string | null;
  /** By the name of the field that it is about. */
  readonly fields: Readonly<Record<string, string>>;
  readonly retryAfter: number | null;
  readonly detail: string | null;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Record<string, unknown>) {
    super(text(body["detail"]) ?? text(body["title"]) ?? "");
    this.name = "Problem";
    this.status = status;
    this.code = text(body["code"]) ?? (status ? "UNKNOWN" : "OFFLINE");
    this.detail = text(body["detail"]) ?? text(body["title"]);
    this.correlationId = text(body["correlationId"]);
    this.retryAfter = typeof body["retryAfter"] === "number" ? body["retryAfter"] : null;
    const errors = Array.isArray(body["errors"]) ? (body["errors"] as { field?: string; message?: string }[]) : [];
    this.fields = Object.fromEntries(errors.map((each) => [each.field ?? "", each.message ?? ""]));
    this.extra = body;
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value ? value : null;
}

/** Nobody answered: no network, or the portal is away. */
export function unreachable(): Problem {
  return new Problem(0, { code: navigator.onLine ? "UNREACHABLE" : "OFFLINE" });
}

export async function problemOf(answer: Response): Promise<Problem> {
  const body: unknown = await answer.json().catch(() => ({}));
  const told = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  return new Problem(answer.status, { correlationId: answer.headers.get("X-Correlation-ID"), ...told });
}
