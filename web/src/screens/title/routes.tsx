import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { soon } from "@/api/soon";
import { readTitle } from "@/screens/title/titleOf";
import { inside } from "@/shell/routes";

const isKind = (type: string): type is "movie" | "tv" => type === "movie" || type === "tv";

export const title = createRoute({
  getParentRoute: () => inside,
  path: "/title/$type/$tmdbId",
  beforeLoad: ({ params }) => {
    if (!isKind(params.type) || !/^[1-9]\d{0,9}$/.test(params.tmdbId)) throw redirect({ to: "/search", search: { q: "" } });
  },
  // Begun as soon as somebody means to go there; the page itself says what went wrong.
  loader: ({ params }) => soon(readTitle(params.type as "movie" | "tv", Number(params.tmdbId))),
  component: lazyRouteComponent(() => import("@/screens/title/Title"), "Title"),
});

/** The address that notifications name. */
export const media = createRoute({
  getParentRoute: () => inside,
  path: "/media/$type/$tmdbId",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/title/$type/$tmdbId", params, replace: true });
  },
});

export const person = createRoute({
  getParentRoute: () => inside,
  path: "/person/$tmdbId",
  component: lazyRouteComponent(() => import("@/screens/title/Person"), "Person"),
});
