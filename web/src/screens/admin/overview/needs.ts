import type { Schemas } from "@/api/client";
import type { Tone } from "@/ui/Badge";

export type NeedName = "services" | "dead" | "integrations" | "pending" | "failed" | "issues" | "errors" | "deliveries" | "webhooks";

export interface Need {
  name: NeedName;
  count: number;
  /** There may be more than were counted. */
  more: boolean;
  tone: Tone;
  to: string;
}

/** What has been heard so far; what is undefined is on its way, or not to be had. */
export interface Heard {
  stats?: Schemas["AdminStats"] | undefined;
  issues?: Schemas["PageOfIssue"] | undefined;
  services?: Schemas["PageOfMonitorStatus"] | undefined;
  dead?: Schemas["PageOfDeadLetter"] | undefined;
  webhooks?: Schemas["PageOfKeptWebhook"] | undefined;
  integrations?: Schemas["Integrations"] | undefined;
}

const BROKEN = new Set<Schemas["MonitorState"]>(["down", "auth", "flapping", "degraded"]);

/** What waits for whoever runs the portal: what is broken first, then what people wait for, then what can be tidied. */
export function needs({ stats, issues, services, dead, webhooks, integrations }: Heard): Need[] {
  const counts = stats?.requests.data?.counts;
  const all: Need[] = [
    need("services", services?.items.filter((each) => BROKEN.has(each.status)).length, "bad", "/services"),
    need("integrations", integrations?.items.filter((each) => each.problem).length, "bad", "/admin/integrations"),
    listed("dead", dead, "bad", "/admin/queues"),
    need("pending", counts?.pending, "warn", "/requests?status=pending"),
    need("failed", counts?.failed, "warn", "/requests?status=failed"),
    listed("issues", issues, "warn", "/issues"),
    need("errors", stats?.errors.data?.open, "calm", "/admin/errors"),
    need("deliveries", stats?.deliveries.data?.failed, "calm", "/admin/deliveries"),
    listed("webhooks", webhooks, "calm", "/admin/webhooks"),
  ];
  return all.filter((each) => each.count > 0);
}

function need(name: NeedName, count: number | undefined, tone: Tone, to: string): Need {
  return { name, count: count ?? 0, more: false, tone, to };
}

function listed(name: NeedName, page: { items: unknown[]; nextCursor?: string | null } | undefined, tone: Tone, to: string): Need {
  return { name, count: page?.items.length ?? 0, more: Boolean(page?.nextCursor), tone, to };
}
