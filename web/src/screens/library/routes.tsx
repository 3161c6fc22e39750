import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { lookingAt } from "@/screens/library/choice";
import { inside } from "@/shell/routes";

const library = createRoute({
  getParentRoute: () => inside,
  path: "/library",
  validateSearch: lookingAt,
  component: lazyRouteComponent(() => import("@/screens/library/Library"), "Library"),
});

/** Where messages of new things in a library lead. */
const named = createRoute({
  getParentRoute: () => inside,
  path: "/library/$key",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/library", search: lookingAt({ library: params.key, sort: "addedAt" }), replace: true });
  },
});

const item = createRoute({
  getParentRoute: () => inside,
  path: "/item/$ratingKey",
  component: lazyRouteComponent(() => import("@/screens/library/Item"), "Item"),
});

const collections = createRoute({
  getParentRoute: () => inside,
  path: "/collections",
  component: lazyRouteComponent(() => import("@/screens/library/Collections"), "Collections"),
});

const collection = createRoute({
  getParentRoute: () => inside,
  path: "/collection/$ratingKey",
  component: lazyRouteComponent(() => import("@/screens/library/Collection"), "Collection"),
});

const history = createRoute({
  getParentRoute: () => inside,
  path: "/history",
  component: lazyRouteComponent(() => import("@/screens/library/History"), "History"),
});

export const screens = [library, named, item, collections, collection, history];
