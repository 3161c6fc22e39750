import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { inside } from "@/shell/routes";

export const watchlist = createRoute({
  getParentRoute: () => inside,
  path: "/account/watchlist",
  component: lazyRouteComponent(() => import("@/screens/watchlist/Watchlist"), "Watchlist"),
});
