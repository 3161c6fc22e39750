import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { api, queries } from "@/api/client";
import { isAdmin } from "@/api/session";
import { soon } from "@/api/soon";
import { inside } from "@/shell/routes";

export const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  // Parts of this screen are there only where there is something to say: drawn one by one they would push each other down.
  loader: ({ context }) => {
    // Last on the screen, and of another system: nothing has to wait for it.
    void queries.prefetchQuery(api.queryOptions("get", "/api/v1/media/discover/{shelf}", { params: { path: { shelf: "trending" } } }));
    return soon(
      queries.ensureQueryData(api.queryOptions("get", "/api/v1/dashboard/stats")),
      queries.ensureQueryData(api.queryOptions("get", "/api/v1/services/status")),
      queries.ensureQueryData(api.queryOptions("get", "/api/v1/plex/on-deck", { params: { query: { limit: 20 } } })),
      isAdmin(context.user) && queries.ensureQueryData(api.queryOptions("get", "/api/v1/plex/sessions", { params: { query: { mine: false } } })),
    );
  },
  component: lazyRouteComponent(() => import("@/screens/home/Home"), "Home"),
});
