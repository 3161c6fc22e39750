import { afterEach, expect, test } from "vitest";

import { after, before, firstOpen, isStep, skip, skippedBy, stateOf, STEPS, type Integration, type Known } from "@/screens/setup/progress";

const integration = (kind: Integration["kind"], more: Partial<Integration> = {}): Integration => ({
  kind,
  name: kind,
  source: "portal",
  configured: true,
  enabled: true,
  url: "http://one.lan",
  secretSet: true,
  options: {},
  variables: [],
  version: 1,
  ...more,
});
const known = (...integrations: Integration[]): Known => ({ integrations });

afterEach(() => localStorage.clear());

test("one goes on at the first thing that is neither set up nor skipped", () => {
  expect(firstOpen(known(), [])).toBe("plex");
  expect(firstOpen(known(integration("plex")), [])).toBe("requests");
  expect(firstOpen(known(integration("plex")), ["requests"])).toBe("youtube");
  expect(firstOpen(known(), [...STEPS])).toBe("done");
});

test("what is set up is done, even if it was skipped before", () => {
  expect(stateOf("plex", known(integration("plex")), ["plex"])).toBe("done");
});

test("what is set but switched off or unusable is not done", () => {
  expect(stateOf("plex", known(integration("plex", { enabled: false })), [])).toBe("open");
  expect(stateOf("plex", known(integration("plex", { configured: false })), [])).toBe("open");
});

test("without Overseerr, titles have to come from somewhere", () => {
  expect(stateOf("requests", known(integration("radarr"), integration("sonarr")), [])).toBe("open");
  expect(stateOf("requests", known(integration("radarr"), integration("tmdb")), [])).toBe("done");
  expect(stateOf("requests", known(integration("overseerr")), [])).toBe("done");
});

test("the folder counts once Plex has it in a library", () => {
  expect(stateOf("youtube", { integrations: [], folder: "no_library" }, [])).toBe("open");
  expect(stateOf("youtube", { integrations: [], folder: "found" }, [])).toBe("done");
});

test("one way to be reached is enough", () => {
  expect(stateOf("notifications", known(integration("smtp")), [])).toBe("done");
  expect(stateOf("notifications", { integrations: [], reachable: true }, [])).toBe("done");
});

test("steps follow each other there and back", () => {
  expect(STEPS.map(after)).toEqual(["requests", "youtube", "notifications", "people", "done"]);
  expect(before("plex")).toBeNull();
  expect(before("done")).toBe("people");
});

test("what was skipped is remembered for each person", () => {
  skip("olive", "plex");
  skip("olive", "plex");
  skip("olive", "people");
  expect(skippedBy("olive")).toEqual(["plex", "people"]);
  expect(skippedBy("frida")).toEqual([]);
  localStorage.setItem("medianest-setup-skipped-frida", "{");
  expect(skippedBy("frida")).toEqual([]);
});

test("only steps that there are can be asked for", () => {
  expect(isStep("done")).toBe(true);
  expect(isStep("owner")).toBe(false);
});
