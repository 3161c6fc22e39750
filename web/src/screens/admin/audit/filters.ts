/** By which one looks for something; any other is in the log all the same. */
export const ACTIONS = [
  "sign_in",
  "sign_out",
  "second_factor",
  "second_factor_change",
  "password_change",
  "email_change",
  "token_create",
  "role_change",
  "suspend",
  "reinstate",
  "user_delete",
  "user_import",
  "invite_create",
  "invite_accept",
  "reset_link_create",
  "request_approve",
  "request_decline",
  "request_defaults_change",
  "integration_change",
  "monitor_create",
  "monitor_change",
  "broadcast",
  "template_change",
] as const;

export interface AuditSearch {
  user?: string | undefined;
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const DAY = /^\d{4}-\d\d-\d\d$/;

export function auditSearch(known: Record<string, unknown>): AuditSearch {
  const day = (name: string) => (typeof known[name] === "string" && DAY.test(known[name]) ? known[name] : undefined);
  const text = (name: string) => (typeof known[name] === "string" && known[name] ? known[name] : undefined);
  return { user: text("user"), action: text("action"), from: day("from"), to: day("to") };
}

/** The day begins and ends where the person is, and the log is kept in UTC. */
export function startOf(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

export function endOf(day: string): string {
  const next = new Date(`${day}T00:00:00`);
  next.setDate(next.getDate() + 1);
  return new Date(next.getTime() - 1).toISOString();
}
