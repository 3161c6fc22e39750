import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { administration } from "@/shell/routes";

const monitors = createRoute({
  getParentRoute: () => administration,
  path: "/monitors",
  component: lazyRouteComponent(() => import("@/screens/admin/system/monitors/Monitors"), "Monitors"),
});

const newMonitor = createRoute({
  getParentRoute: () => administration,
  path: "/monitors/new",
  component: lazyRouteComponent(() => import("@/screens/admin/system/monitors/NewMonitor"), "NewMonitor"),
});

const importMonitors = createRoute({
  getParentRoute: () => administration,
  path: "/monitors/import",
  component: lazyRouteComponent(() => import("@/screens/admin/system/monitors/ImportMonitors"), "ImportMonitors"),
});

const editMonitor = createRoute({
  getParentRoute: () => administration,
  path: "/monitors/$id",
  component: lazyRouteComponent(() => import("@/screens/admin/system/monitors/EditMonitor"), "EditMonitor"),
});

const incidents = createRoute({
  getParentRoute: () => administration,
  path: "/incidents",
  component: lazyRouteComponent(() => import("@/screens/admin/system/incidents/Incidents"), "Incidents"),
});

const incident = createRoute({
  getParentRoute: () => administration,
  path: "/incidents/$id",
  component: lazyRouteComponent(() => import("@/screens/admin/system/incidents/IncidentPage"), "IncidentPage"),
});

const queues = createRoute({
  getParentRoute: () => administration,
  path: "/queues",
  component: lazyRouteComponent(() => import("@/screens/admin/system/queues/Queues"), "Queues"),
});

const deadLetters = createRoute({
  getParentRoute: () => administration,
  path: "/dead-letters",
  component: lazyRouteComponent(() => import("@/screens/admin/system/queues/DeadLetters"), "DeadLetters"),
});

const faults = createRoute({
  getParentRoute: () => administration,
  path: "/errors",
  component: lazyRouteComponent(() => import("@/screens/admin/system/faults/Faults"), "Faults"),
});

const breakers = createRoute({
  getParentRoute: () => administration,
  path: "/resilience",
  component: lazyRouteComponent(() => import("@/screens/admin/system/breakers/Breakers"), "Breakers"),
});

const state = createRoute({
  getParentRoute: () => administration,
  path: "/system",
  component: lazyRouteComponent(() => import("@/screens/admin/system/state/System"), "System"),
});

const backups = createRoute({
  getParentRoute: () => administration,
  path: "/backups",
  component: lazyRouteComponent(() => import("@/screens/admin/system/backups/Backups"), "Backups"),
});

const maintenance = createRoute({
  getParentRoute: () => administration,
  path: "/maintenance",
  component: lazyRouteComponent(() => import("@/screens/admin/system/maintenance/Maintenances"), "Maintenances"),
});

const newMaintenance = createRoute({
  getParentRoute: () => administration,
  path: "/maintenance/new",
  component: lazyRouteComponent(() => import("@/screens/admin/system/maintenance/EditMaintenance"), "NewMaintenance"),
});

const editMaintenance = createRoute({
  getParentRoute: () => administration,
  path: "/maintenance/$id",
  component: lazyRouteComponent(() => import("@/screens/admin/system/maintenance/EditMaintenance"), "EditMaintenance"),
});

const pages = createRoute({
  getParentRoute: () => administration,
  path: "/status-pages",
  component: lazyRouteComponent(() => import("@/screens/admin/system/pages/StatusPages"), "StatusPages"),
});

const newPage = createRoute({
  getParentRoute: () => administration,
  path: "/status-pages/new",
  component: lazyRouteComponent(() => import("@/screens/admin/system/pages/EditPage"), "NewPage"),
});

const editPage = createRoute({
  getParentRoute: () => administration,
  path: "/status-pages/$id",
  component: lazyRouteComponent(() => import("@/screens/admin/system/pages/EditPage"), "EditPage"),
});

export const system = [
  monitors,
  newMonitor,
  importMonitors,
  editMonitor,
  incidents,
  incident,
  queues,
  deadLetters,
  faults,
  breakers,
  state,
  backups,
  maintenance,
  newMaintenance,
  editMaintenance,
  pages,
  newPage,
  editPage,
] as const;
