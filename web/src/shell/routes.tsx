import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

import { isAdmin, whoAmI, whyEnded } from "@/api/session";
import { speakApart, speakTo } from "@/i18n";
import { comeBack } from "@/screens/signin/comeBack";
import { Returned } from "@/screens/signin/Returned";
import { NewVersion } from "@/shell/NewVersion";
import { Shell } from "@/shell/Shell";
import { Failure } from "@/ui/Failure";
import { Toasts } from "@/ui/Toasts";

export const root = createRootRoute({
  beforeLoad: ({ location }) => comeBack(location),
  component: () => (
    <Toasts>
      <Returned />
      <Outlet />
      <NewVersion />
    </Toasts>
  ),
  errorComponent: Stopped,
});

/** Nothing could be shown at all. Where that was for want of a network, it goes on once there is one again. */
function Stopped({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  useEffect(() => {
    const again = () => void router.invalidate();
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, [router]);
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 p-6">
      <h1 className="text-center text-2xl font-semibold">MediaNest</h1>
      <Failure
        error={error}
        retry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </main>
  );
}

const SAYS_MORE = /\/(account|notifications|youtube)(\/|$)/;

/** Everything that only somebody who is signed in sees. */
export const inside = createRoute({
  getParentRoute: () => root,
  id: "in",
  beforeLoad: async ({ location }) => {
    const user = await whoAmI();
    if (!user) throw redirect({ to: "/sign-in", search: { to: location.href, ...whyEnded() } });
    await speakTo(user.locale);
    if (SAYS_MORE.test(location.pathname)) await speakApart();
    return { user };
  },
  component: Shell,
});

/** What is only for whoever runs the portal; the API refuses the others as well. */
export const administration = createRoute({
  getParentRoute: () => inside,
  path: "/admin",
  beforeLoad: async ({ context }) => {
    if (!isAdmin(context.user)) throw redirect({ to: "/" });
    await speakApart();
  },
  component: lazyRouteComponent(() => import("@/screens/admin/AdminShell"), "AdminShell"),
});
