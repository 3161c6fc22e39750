import { redirect } from "@tanstack/react-router";

import { whoAmI } from "@/api/session";
import { BASE } from "@/base";
import { hashOf, isElsewhere, landingOf } from "@/screens/signin/landing";
import { tell } from "@/screens/signin/news";
import { cameBackFromPlex, leftForPlex } from "@/screens/signin/plexSignIn";

interface Place {
  pathname: string;
  searchStr: string;
  hash: string;
}

/** Takes up what a browser brings back from a sign-in elsewhere, before any screen is shown. */
export async function comeBack({ pathname, searchStr, hash }: Place): Promise<void> {
  const landing = landingOf(pathname, searchStr, hash ? `#${hash}` : "");
  const left = leftForPlex();
  if (!landing) {
    // Plex brings everybody to the first page; where one wanted to go is remembered here.
    if (pathname !== "/" || !left || !(await whoAmI())) return;
    cameBackFromPlex();
    if (left.to !== "/") await goTo(left.to);
    return;
  }
  if (landing.kind === "pending") throw redirect({ to: "/sign-in", search: { to: left?.to ?? "/" }, replace: true });
  cameBackFromPlex();
  if (landing.kind === "challenge") {
    const to = landing.to === "/" ? (left?.to ?? "/") : landing.to;
    throw redirect({ to: "/sign-in", search: { to }, hash: hashOf({ ...landing, to }), replace: true });
  }
  if (landing.kind === "linked") {
    tell(landing);
    await goTo(landing.rest === "/" ? (left?.to ?? "/") : landing.rest);
    return;
  }
  const user = await whoAmI();
  if (landing.kind === "required") {
    if (user) await goTo(landing.to);
    throw redirect({ to: "/sign-in", search: { to: landing.to }, replace: true });
  }
  if (!user) {
    const { code, provider } = landing;
    throw redirect({ to: "/sign-in", search: { to: left?.to ?? "/", code, ...(provider && { provider }) }, replace: true });
  }
  tell(landing);
  await goTo(left?.to ?? "/");
}

/** Never comes back: throws where it is a place of this page; another site is left for, and nothing shown meanwhile. */
async function goTo(to: string): Promise<never> {
  if (!isElsewhere(to)) throw redirect({ href: `${BASE}${to}`, replace: true });
  location.replace(`${BASE}${to}`);
  return await new Promise<never>(() => undefined);
}
