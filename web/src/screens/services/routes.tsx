import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { api, queries } from "@/api/client";
import { soon } from "@/api/soon";
import { inside, root } from "@/shell/routes";

const services = createRoute({
  getParentRoute: () => inside,
  path: "/services",
  component: lazyRouteComponent(() => import("@/screens/services/Services"), "Services"),
});

const service = createRoute({
  getParentRoute: () => inside,
  path: "/services/$id",
  component: lazyRouteComponent(() => import("@/screens/services/Service"), "Service"),
});

export const publicStatus = createRoute({
  getParentRoute: () => root,
  path: "/status/$slug",
  loader: ({ params: { slug } }) => soon(queries.ensureQueryData(api.queryOptions("get", "/api/v1/status/{slug}", { params: { path: { slug } } }))),
  component: lazyRouteComponent(() => import("@/screens/services/PublicStatus"), "PublicStatus"),
});

export const screens = [services, service];
