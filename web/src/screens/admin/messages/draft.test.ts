import { expect, test } from "vitest";

import { addressees, broadcastBody, EMPTY, hasAddressees } from "@/screens/admin/messages/draft";

test("who was chosen before another choice is not told", () => {
  expect(addressees({ ...EMPTY, audience: "everyone", userIds: ["1"], role: "admin" })).toEqual({ audience: "everyone", role: null, userIds: [] });
  expect(addressees({ ...EMPTY, audience: "role", role: "admin", userIds: ["1"] })).toEqual({ audience: "role", role: "admin", userIds: [] });
});

test("some people are at least one", () => {
  expect(hasAddressees({ ...EMPTY, audience: "people" })).toBe(false);
  expect(hasAddressees({ ...EMPTY, audience: "people", userIds: ["1"] })).toBe(true);
});

test("a moment is sent in UTC, and an empty place is none", () => {
  const body = broadcastBody({ ...EMPTY, title: " Away ", body: "x", link: " ", expires: "2026-03-01T10:00" });
  expect(body).toMatchObject({ title: "Away", link: null, expiresAt: new Date("2026-03-01T10:00").toISOString() });
});
