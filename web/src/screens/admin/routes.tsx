import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { auditSearch } from "@/screens/admin/audit/filters";
import { administration } from "@/shell/routes";

const overview = createRoute({
  getParentRoute: () => administration,
  path: "/",
  component: lazyRouteComponent(() => import("@/screens/admin/overview/Overview"), "Overview"),
});

const all = createRoute({
  getParentRoute: () => administration,
  path: "/people",
  component: lazyRouteComponent(() => import("@/screens/admin/people/People"), "People"),
});

const person = createRoute({
  getParentRoute: () => administration,
  path: "/people/$id",
  component: lazyRouteComponent(() => import("@/screens/admin/people/Person"), "Person"),
});

const erasure = createRoute({
  getParentRoute: () => administration,
  path: "/erasures/$id",
  validateSearch: ({ name }): { name?: string } => (typeof name === "string" ? { name } : {}),
  component: lazyRouteComponent(() => import("@/screens/admin/people/Erasure"), "Erasure"),
});

const invites = createRoute({
  getParentRoute: () => administration,
  path: "/invites",
  component: lazyRouteComponent(() => import("@/screens/admin/invites/Invites"), "Invites"),
});

const signIns = createRoute({
  getParentRoute: () => administration,
  path: "/sign-ins",
  component: lazyRouteComponent(() => import("@/screens/admin/signins/SignIns"), "SignIns"),
});

const audit = createRoute({
  getParentRoute: () => administration,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("@/screens/admin/audit/Audit"), "Audit"),
});

const integrations = createRoute({
  getParentRoute: () => administration,
  path: "/integrations",
  component: lazyRouteComponent(() => import("@/screens/admin/integrations/Integrations"), "Integrations"),
});

const integration = createRoute({
  getParentRoute: () => administration,
  path: "/integrations/$kind",
  component: lazyRouteComponent(() => import("@/screens/admin/integrations/Integration"), "Integration"),
});

const plex = createRoute({
  getParentRoute: () => administration,
  path: "/plex",
  component: lazyRouteComponent(() => import("@/screens/admin/plex/PlexServer"), "PlexServer"),
});

const webhooks = createRoute({
  getParentRoute: () => administration,
  path: "/webhooks",
  component: lazyRouteComponent(() => import("@/screens/admin/webhooks/Webhooks"), "Webhooks"),
});

const rules = createRoute({
  getParentRoute: () => administration,
  path: "/rules",
  component: lazyRouteComponent(() => import("@/screens/admin/rules/Rules"), "Rules"),
});

const quotas = createRoute({
  getParentRoute: () => administration,
  path: "/quotas",
  component: lazyRouteComponent(() => import("@/screens/admin/quotas/Quotas"), "Quotas"),
});

const imports = createRoute({
  getParentRoute: () => administration,
  path: "/import",
  component: lazyRouteComponent(() => import("@/screens/admin/imports/Import"), "Import"),
});

const broadcasts = createRoute({
  getParentRoute: () => administration,
  path: "/broadcasts",
  component: lazyRouteComponent(() => import("@/screens/admin/messages/Broadcasts"), "Broadcasts"),
});

const deliveries = createRoute({
  getParentRoute: () => administration,
  path: "/deliveries",
  component: lazyRouteComponent(() => import("@/screens/admin/messages/Deliveries"), "Deliveries"),
});

const templates = createRoute({
  getParentRoute: () => administration,
  path: "/templates",
  component: lazyRouteComponent(() => import("@/screens/admin/templates/Templates"), "Templates"),
});

export const people = [
  overview,
  all,
  person,
  erasure,
  invites,
  signIns,
  audit,
  integrations,
  integration,
  plex,
  webhooks,
  rules,
  quotas,
  imports,
  broadcasts,
  deliveries,
  templates,
] as const;
