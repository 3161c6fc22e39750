import { createRouter } from "@tanstack/react-router";

import { BASE } from "@/base";
import * as account from "@/screens/account/routes";
import * as admin from "@/screens/admin/routes";
import * as discover from "@/screens/discover/routes";
import * as system from "@/screens/admin/system/routes";
import * as help from "@/screens/help/routes";
import * as home from "@/screens/home/routes";
import * as inbox from "@/screens/inbox/routes";
import * as issues from "@/screens/issues/routes";
import * as library from "@/screens/library/routes";
import * as requests from "@/screens/requests/routes";
import * as search from "@/screens/search/routes";
import * as services from "@/screens/services/routes";
import * as setup from "@/screens/setup/routes";
import * as signin from "@/screens/signin/routes";
import * as title from "@/screens/title/routes";
import * as watchlist from "@/screens/watchlist/routes";
import * as youtube from "@/screens/youtube/routes";
import { NotFound } from "@/shell/NotFound";
import { painted } from "@/shell/painted";
import { administration, inside, root } from "@/shell/routes";

const tree = root.addChildren([
  signin.signIn,
  signin.forgot,
  signin.reset,
  signin.confirmEmail,
  signin.invite,
  setup.setup,
  services.publicStatus,
  inside.addChildren([
    home.home,
    help.help,
    search.search,
    discover.discover,
    title.title,
    title.media,
    title.person,
    requests.requests,
    requests.request,
    issues.issues,
    issues.issue,
    watchlist.watchlist,
    ...library.screens,
    ...youtube.screens,
    ...services.screens,
    inbox.inbox,
    account.account,
    administration.addChildren([...admin.people, ...system.system]),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  basepath: BASE || "/",
  defaultPreload: false,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  notFoundMode: "fuzzy",
});

// A screen that is known already would be drawn before whatever was touched could say so.
const load = router.load;
router.load = async (options) => {
  // Whoever asks where one is meanwhile is told.
  router.updateLatestLocation();
  if (router.state.resolvedLocation) await painted();
  await load(options);
};

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
