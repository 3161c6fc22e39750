import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { api, queries } from "@/api/client";
import { soon } from "@/api/soon";
import { whoAmI } from "@/api/session";
import { placeOf } from "@/screens/signin/landing";
import { root } from "@/shell/routes";

interface SignInSearch {
  to?: string;
  /** Why a sign-in elsewhere has failed. */
  code?: string;
  provider?: string;
  /** Why the session before has ended. */
  why?: string;
}

const CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

export const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): SignInSearch => ({
    ...(search["to"] !== undefined && { to: placeOf(search["to"]) }),
    ...codeOf(search, "code"),
    ...codeOf(search, "why"),
    ...(typeof search["provider"] === "string" && { provider: search["provider"].slice(0, 32) }),
  }),
  beforeLoad: async ({ search, location }) => {
    // Whoever is sent here is known to be nobody yet; a bookmark is not.
    if (search.to === undefined && !location.hash && (await whoAmI())) throw redirect({ to: "/" });
  },
  loader: () => soon(queries.ensureQueryData(api.queryOptions("get", "/api/v1/auth/providers"))),
  component: lazyRouteComponent(() => import("@/screens/signin/SignIn"), "SignIn"),
});

export const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("@/screens/signin/Forgot"), "Forgot"),
});

/** These three are where links of mails and messages lead, with their token behind the `#`. */
export const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  component: lazyRouteComponent(() => import("@/screens/signin/Reset"), "Reset"),
});

export const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: "/confirm-email",
  component: lazyRouteComponent(() => import("@/screens/signin/ConfirmEmail"), "ConfirmEmail"),
});

export const invite = createRoute({
  getParentRoute: () => root,
  path: "/invite",
  component: lazyRouteComponent(() => import("@/screens/signin/Invite"), "Invite"),
});

function codeOf<K extends "code" | "why">(search: Record<string, unknown>, name: K): { [key in K]?: string } {
  const value = search[name];
  return typeof value === "string" && CODE.test(value) ? ({ [name]: value } as { [key in K]: string }) : {};
}
