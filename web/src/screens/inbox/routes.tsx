import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { inside } from "@/shell/routes";

interface Asked {
  show?: "unread" | "pinned";
  type?: string;
}

export const inbox = createRoute({
  getParentRoute: () => inside,
  path: "/notifications",
  validateSearch: ({ show, type }): Asked => ({
    ...(show === "unread" || show === "pinned" ? { show } : {}),
    ...(typeof type === "string" && /^[a-z_]+(\.[a-z_]+)?$/.test(type) ? { type } : {}),
  }),
  component: lazyRouteComponent(() => import("@/screens/inbox/Inbox"), "Inbox"),
});
