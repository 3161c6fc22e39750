import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { isAdmin, whoAmI } from "@/api/session";
import { speakApart } from "@/i18n";
import { isStep, type Step } from "@/screens/setup/progress";
import { root } from "@/shell/routes";

/** Where the link leads that the portal prints when it has no owner; administrators come back to it later. */
export const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: (search: Record<string, unknown>): { step?: Step } => (isStep(search["step"]) ? { step: search["step"] } : {}),
  beforeLoad: async () => {
    const user = await whoAmI();
    if (user && !isAdmin(user)) throw redirect({ to: "/" });
    await speakApart();
    return { user };
  },
  component: lazyRouteComponent(() => import("@/screens/setup/Setup"), "Setup"),
});
