import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { EventFrame, LiveFrame } from "@medianest/live";

import type { Schemas } from "@/api/client";

/** What an event makes old, by the beginning of its type. */
const TOUCHES: [string, string[]][] = [
  ["request.", ["/api/v1/media/", "/api/v1/dashboard/"]],
  ["issue.", ["/api/v1/media/issues", "/api/v1/media/issues/", "/api/v1/dashboard/"]],
  ["watchlist.", ["/api/v1/media/watchlist"]],
  ["quota.", ["/api/v1/media/quota", "/api/v1/youtube/quota"]],
  ["import.", ["/api/v1/media/", "/api/v1/dashboard/"]],
  ["download", ["/api/v1/youtube/", "/api/v1/dashboard/"]],
  ["list.", ["/api/v1/youtube/"]],
  ["subscription.", ["/api/v1/youtube/"]],
  ["library.", ["/api/v1/plex/", "/api/v1/media/", "/api/v1/dashboard/"]],
  ["service.", ["/api/v1/services/", "/api/v1/dashboard/", "/api/v1/admin/monitors", "/api/v1/admin/incidents", "/api/v1/admin/queues", "/api/v1/admin/queues/"]],
  ["security.", ["/api/v1/auth/"]],
  ["channel.", ["/api/v1/notifications/channels"]],
  ["people.", ["/api/v1/admin/users", "/api/v1/admin/users/", "/api/v1/auth/invites"]],
];
const INBOX = ["/api/v1/notifications", "/api/v1/notifications/count"];

/** Something has happened: whatever shows it is read again, if it is on the page. */
export function heard(queries: QueryClient, event: EventFrame): void {
  const paths = TOUCHES.filter(([start]) => event.type.startsWith(start)).flatMap(([, each]) => each);
  void queries.invalidateQueries({ predicate: ({ queryKey }) => isOf(queryKey, [...paths, ...INBOX]) });
}

/** States as they are now go where they are shown, without anybody being asked. */
export function moved(queries: QueryClient, changed: readonly LiveFrame[]): void {
  for (const frame of changed) {
    switch (frame.type) {
      case "inbox.counted":
        queries.setQueriesData<Schemas["InboxCount"]>(of("/api/v1/notifications/count"), () => frame.data);
        void queries.invalidateQueries({ predicate: ({ queryKey }) => isOf(queryKey, ["/api/v1/notifications"]) && !isUnread(queryKey) });
        break;
      case "inbox.pinned":
        void queries.invalidateQueries({ predicate: ({ queryKey }) => isOf(queryKey, ["/api/v1/notifications"]) });
        break;
      case "monitor.changed":
        queries.setQueriesData<{ items: Schemas["MonitorStatus"][] }>(of("/api/v1/services/status"), (known) =>
          known && { ...known, items: known.items.map((each) => (each.id === frame.data.id ? { ...each, ...frame.data } : each)) },
        );
        break;
      case "request.moved":
        void queries.invalidateQueries({ predicate: ({ queryKey }) => isOf(queryKey, ["/api/v1/media/", "/api/v1/dashboard/"]) });
        break;
      case "issue.changed":
        void queries.invalidateQueries({ predicate: ({ queryKey }) => isOf(queryKey, ["/api/v1/media/issues", "/api/v1/media/issues/"]) });
        break;
      default:
        // Shown from `useLiveStates`.
        break;
    }
  }
}

/** Monitors that have come or gone, or may no longer be seen: the states that are left do not say so. Returns those there are. */
export function counted(queries: QueryClient, before: ReadonlySet<string> | null, all: ReadonlyMap<string, LiveFrame>): ReadonlySet<string> {
  const now = new Set([...all.values()].filter((frame) => frame.type === "monitor.changed").map((frame) => frame.key));
  if (before && (before.size !== now.size || [...now].some((key) => !before.has(key)))) {
    void queries.invalidateQueries({ predicate: ({ queryKey }) => isOf(queryKey, ["/api/v1/services/", "/api/v1/dashboard/"]) });
  }
  return now;
}

function of(path: string) {
  return { predicate: ({ queryKey }: { queryKey: QueryKey }) => queryKey[1] === path };
}

/** Somebody who goes through what is unread keeps it before them until they leave. */
function isUnread([, , asked]: QueryKey): boolean {
  return (asked as { params?: { query?: { unread?: boolean } } } | undefined)?.params?.query?.unread === true;
}

function isOf(key: QueryKey, paths: readonly string[]): boolean {
  const path = key[1];
  return typeof path === "string" && paths.some((each) => (each.endsWith("/") ? path.startsWith(each) : path === each));
}
