import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { inside } from "@/shell/routes";

export const KINDS = ["movie", "tv", "person"] as const;

export interface SearchFor {
  q: string;
  type?: (typeof KINDS)[number];
}

export const search = createRoute({
  getParentRoute: () => inside,
  path: "/search",
  validateSearch: (known): SearchFor => {
    const type = KINDS.find((each) => each === known["type"]);
    const q = known["q"];
    // A number in an address comes as one: films are called 1917, too.
    return { q: typeof q === "string" || typeof q === "number" ? String(q).slice(0, 500) : "", ...(type && { type }) };
  },
  component: lazyRouteComponent(() => import("@/screens/search/Search"), "Search"),
});
