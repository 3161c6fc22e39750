import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { inside } from "@/shell/routes";

const layout = createRoute({
  getParentRoute: () => inside,
  path: "/account",
  component: lazyRouteComponent(() => import("@/screens/account/Account"), "Account"),
});

const profile = createRoute({
  getParentRoute: () => layout,
  path: "/",
  component: lazyRouteComponent(() => import("@/screens/account/profile/Profile"), "Profile"),
});

const security = createRoute({
  getParentRoute: () => layout,
  path: "/security",
  component: lazyRouteComponent(() => import("@/screens/account/security/Security"), "Security"),
});

const devices = createRoute({
  getParentRoute: () => layout,
  path: "/devices",
  component: lazyRouteComponent(() => import("@/screens/account/devices/Devices"), "Devices"),
});

const notifications = createRoute({
  getParentRoute: () => layout,
  path: "/notifications",
  component: lazyRouteComponent(() => import("@/screens/account/notifications/Notifications"), "Notifications"),
});

const apps = createRoute({
  getParentRoute: () => layout,
  path: "/apps",
  component: lazyRouteComponent(() => import("@/screens/account/apps/Apps"), "Apps"),
});

const data = createRoute({
  getParentRoute: () => layout,
  path: "/data",
  component: lazyRouteComponent(() => import("@/screens/account/leaving/Data"), "Data"),
});

export const account = layout.addChildren([profile, security, devices, notifications, apps, data]);
