import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { optionsOf, PURPOSES, standingOf, USUAL } from "@/screens/admin/integrations/kinds";

test("a box that is not ticked is off, and what the form does not ask for stays", () => {
  const form = new FormData();
  form.set("option-rootFolder", "  /films ");
  expect(optionsOf({ rootFolder: "", seasonFolder: true, tags: "kids" }, form)).toEqual({ rootFolder: "/films", seasonFolder: false, tags: "kids" });
});

test("every kind has a place", () => {
  expect(PURPOSES.flatMap((each) => each.kinds).sort()).toEqual(Object.keys(USUAL).sort());
});

test("a problem is said before anything else", () => {
  const integration = { problem: null, configured: true, enabled: true, source: "portal" } as Schemas["Integration"];
  expect(standingOf(integration)).toBe("portal");
  expect(standingOf({ ...integration, enabled: false })).toBe("off");
  expect(standingOf({ ...integration, enabled: false, problem: "The key was refused." })).toBe("problem");
  expect(standingOf({ ...integration, configured: false, source: "none" })).toBe("none");
});
