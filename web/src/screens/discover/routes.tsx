import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { SHELVES, validNarrowed } from "@/screens/discover/shelves";
import { inside } from "@/shell/routes";

export const discover = createRoute({
  getParentRoute: () => inside,
  path: "/discover/$shelf",
  validateSearch: validNarrowed,
  beforeLoad: ({ params }) => {
    if (!SHELVES.some((each) => each === params.shelf)) throw redirect({ to: "/search", search: { q: "" } });
  },
  component: lazyRouteComponent(() => import("@/screens/discover/ShelfPage"), "ShelfPage"),
});
