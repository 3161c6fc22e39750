import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { speakApart } from "@/i18n";
import { inside } from "@/shell/routes";

export const help = createRoute({
  getParentRoute: () => inside,
  path: "/help",
  beforeLoad: speakApart,
  component: lazyRouteComponent(() => import("@/screens/help/Help"), "Help"),
});
