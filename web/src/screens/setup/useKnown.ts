import { api } from "@/api/client";
import type { User } from "@/api/session";
import type { Known } from "@/screens/setup/progress";

/** How far the portal is, as it says itself. Only what it is connected with has to be known before one begins. */
export function useKnown(user: User): { known: Known | null; error: unknown; retry: () => void } {
  const integrations = api.useQuery("get", "/api/v1/admin/services");
  const folder = api.useQuery("get", "/api/v1/youtube/tools/folder");
  const channels = api.useQuery("get", "/api/v1/notifications/channels");
  const users = api.useQuery("get", "/api/v1/admin/users", { params: { query: { limit: 2 } } });
  const invites = api.useQuery("get", "/api/v1/auth/invites", { params: { query: { limit: 1 } } });
  const others = Boolean(users.data?.items.some((each) => each.id !== user.id)) || Boolean(invites.data?.items.length);
  const settled = [folder, channels, users, invites].every((each) => !each.isPending);
  return {
    known:
      integrations.data && settled
        ? {
            integrations: integrations.data.items,
            folder: folder.data?.state,
            others,
            reachable: channels.data?.items.some((each) => each.state === "active"),
          }
        : null,
    error: integrations.data ? null : integrations.error,
    retry: () => void integrations.refetch(),
  };
}
