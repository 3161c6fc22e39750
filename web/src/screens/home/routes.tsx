import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { api, queries } from "@/api/client";
import { soon } from "@/api/soon";
import { inside } from "@/shell/routes";

export const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  // Parts of this screen are there only where there is something to say: drawn one by one they would push each other down.
  loader: () =>
    soon(
      queries.ensureQueryData(api.queryOptions("get", "/api/v1/dashboard/stats")),
      queries.ensureQueryData(api.queryOptions("get", "/api/v1/services/status")),
      queries.ensureQueryData(api.queryOptions("get", "/api/v1/plex/on-deck", { params: { query: { limit: 20 } } })),
      queries.ensureQueryData(api.queryOptions("get", "/api/v1/media/discover/{shelf}", { params: { path: { shelf: "trending" } } })),
    ),
  component: lazyRouteComponent(() => import("@/screens/home/Home"), "Home"),
});
