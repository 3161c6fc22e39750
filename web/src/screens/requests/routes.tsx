import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { validFilter } from "@/screens/requests/filter";
import { inside } from "@/shell/routes";

export const requests = createRoute({
  getParentRoute: () => inside,
  path: "/requests",
  validateSearch: validFilter,
  component: lazyRouteComponent(() => import("@/screens/requests/Requests"), "Requests"),
});

export const request = createRoute({
  getParentRoute: () => inside,
  path: "/requests/$id",
  component: lazyRouteComponent(() => import("@/screens/requests/Request"), "Request"),
});
