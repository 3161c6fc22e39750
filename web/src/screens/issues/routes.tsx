import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { inside } from "@/shell/routes";

const STATUSES = ["open", "resolved", "all"] as const;

export const issues = createRoute({
  getParentRoute: () => inside,
  path: "/issues",
  validateSearch: (known): { status?: (typeof STATUSES)[number] } => {
    const status = STATUSES.find((each) => each === known["status"]);
    return status && status !== "open" ? { status } : {};
  },
  component: lazyRouteComponent(() => import("@/screens/issues/Issues"), "Issues"),
});

export const issue = createRoute({
  getParentRoute: () => inside,
  path: "/issues/$id",
  component: lazyRouteComponent(() => import("@/screens/issues/Issue"), "Issue"),
});
