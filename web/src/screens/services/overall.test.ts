import { expect, test } from "vitest";

import { groups, overall, type Monitor, type State } from "@/screens/services/overall";

const monitor = (name: string, status: State, blockedBy: string | null = null) => ({ name, status, blockedBy });

test("all is well only when everything is known to be", () => {
  expect(overall([monitor("Plex", "up"), monitor("Sonarr", "up")]).says).toBe("allWell");
  expect(overall([monitor("Plex", "up"), monitor("Sonarr", "unknown")])).toMatchObject({ says: "unknown", names: ["Sonarr"] });
  expect(overall([]).says).toBe("nothing");
});

test("the worst is said, and what only suffers from it is not named", () => {
  const all = [monitor("Plex", "down"), monitor("Tautulli", "unknown", "Plex"), monitor("Sonarr", "degraded"), monitor("Radarr", "auth")];
  expect(overall(all)).toEqual({ says: "down", tone: "bad", names: ["Plex", "Radarr"] });
});

test("what is looked after is no outage", () => {
  expect(overall([monitor("Plex", "maintenance"), monitor("Sonarr", "up")])).toMatchObject({ says: "maintenance", names: ["Plex"] });
});

test("what has no group stands first, the others as they come", () => {
  const all = [{ group: "Downloads" }, { group: null }, { group: "Media" }, { group: "Downloads" }] as Monitor[];
  expect(groups(all).map(([name, members]) => [name, members.length])).toEqual([[null, 1], ["Downloads", 2], ["Media", 1]]);
});
