import { expect, test } from "vitest";

import { router } from "@/router";

/** Every place that a mail, a message or the portal itself sends people to, by who writes the link. */
const LINKS: [string, string][] = [
  ["auth: set-up link", "/setup"],
  ["auth: another password", "/reset"],
  ["auth: another e-mail address", "/confirm-email"],
  ["auth: invitation", "/invite"],
  ["gateway: after a sign-in elsewhere", "/"],
  ["notifications: a request", "/requests/0197b5a0-0000-7000-8000-000000000001"],
  ["notifications: people's own requests", "/requests"],
  ["notifications: a title", "/media/movie/603"],
  ["notifications: a library", "/library/1"],
  ["notifications: an issue", "/issues/0197b5a0-0000-7000-8000-000000000001"],
  ["notifications: a download", "/youtube/downloads/0197b5a0-0000-7000-8000-000000000001"],
  ["notifications: downloads", "/youtube"],
  ["notifications: the queue", "/youtube/queue"],
  ["notifications: a list of videos", "/youtube/batches/0197b5a0-0000-7000-8000-000000000001"],
  ["notifications: a subscription", "/youtube/subscriptions/0197b5a0-0000-7000-8000-000000000001"],
  ["notifications: services", "/services"],
  ["notifications: dead letters", "/admin/queues"],
  ["notifications: the inbox", "/notifications"],
  ["notifications: channels", "/account/notifications"],
  ["notifications: devices", "/account/devices"],
  ["notifications: second factors and passwords", "/account/security"],
  ["notifications: the watchlist", "/account/watchlist"],
  ["notifications: people", "/admin/users"],
  ["notifications: an import", "/admin/imports"],
];

test.each(LINKS)("%s leads to a screen", (_, path) => {
  expect(router.getMatchedRoutes(path)[2]?.fullPath, path).toBeDefined();
});

test("whoever asks where one is, is told where one is going, before that screen is drawn", async () => {
  await router.navigate({ to: "/no/such/place" as "/" });
  router.history.push("/nor/this");
  const going = router.load();
  expect(router.latestLocation.pathname).toBe("/nor/this");
  expect(router.state.resolvedLocation?.pathname).toBe("/no/such/place");
  await going;
});
