import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { isAdmin } from "@/api/session";
import { choiceOf } from "@/screens/youtube/choice";
import { inside } from "@/shell/routes";

const youtube = createRoute({
  getParentRoute: () => inside,
  path: "/youtube",
  validateSearch: choiceOf,
  component: lazyRouteComponent(() => import("@/screens/youtube/YouTube"), "YouTube"),
});

const download = createRoute({
  getParentRoute: () => inside,
  path: "/youtube/downloads/$id",
  component: lazyRouteComponent(() => import("@/screens/youtube/OneDownload"), "OneDownload"),
});

const batch = createRoute({
  getParentRoute: () => inside,
  path: "/youtube/batches/$id",
  component: lazyRouteComponent(() => import("@/screens/youtube/Batch"), "Batch"),
});

const subscriptions = createRoute({
  getParentRoute: () => inside,
  path: "/youtube/subscriptions",
  component: lazyRouteComponent(() => import("@/screens/youtube/Subscriptions"), "Subscriptions"),
});

const subscription = createRoute({
  getParentRoute: () => inside,
  path: "/youtube/subscriptions/$id",
  component: lazyRouteComponent(() => import("@/screens/youtube/Subscription"), "Subscription"),
});

/** Only for administrators; the API refuses the others as well. */
const onlyAdmins = {
  beforeLoad: ({ context }: { context: { user: Parameters<typeof isAdmin>[0] } }) => {
    if (!isAdmin(context.user)) throw redirect({ to: "/youtube" });
  },
};

const profiles = createRoute({
  getParentRoute: () => inside,
  path: "/youtube/profiles",
  ...onlyAdmins,
  component: lazyRouteComponent(() => import("@/screens/youtube/Profiles"), "Profiles"),
});

const queue = createRoute({
  getParentRoute: () => inside,
  path: "/youtube/queue",
  ...onlyAdmins,
  component: lazyRouteComponent(() => import("@/screens/youtube/Upkeep"), "Upkeep"),
});

export const screens = [youtube, download, batch, subscriptions, subscription, profiles, queue];
