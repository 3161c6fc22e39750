import { expect, test } from "vitest";

import type { Preferences } from "@/screens/account/notifications/preferences";
import { inStep, unchosen } from "@/screens/account/notifications/tongue";

const NEW: Preferences = { version: 0, locale: "en", zone: "UTC", quietHours: null, dailyAt: "08:00", rows: [], updatedAt: null };
const HERE = { locale: "de", zone: "Europe/Vienna" };
const NOTHING = { locale: null, timeZone: null };

test("messages to somebody who has chosen nothing come as the browser has them", () => {
  expect(unchosen(NEW, NOTHING, HERE)).toEqual(HERE);
});

test("what the account says goes before the browser", () => {
  expect(unchosen(NEW, { locale: "en", timeZone: null }, HERE)).toEqual({ locale: "en", zone: "Europe/Vienna" });
  expect(unchosen(NEW, { locale: null, timeZone: "Asia/Tokyo" }, HERE)).toEqual({ locale: "de", zone: "Asia/Tokyo" });
  expect(unchosen(NEW, { locale: "en", timeZone: "Asia/Tokyo" }, HERE)).toBeNull();
});

test("what was saved for messages is let alone", () => {
  expect(unchosen({ ...NEW, version: 1 }, NOTHING, HERE)).toBeNull();
});

test("messages follow another language of the page where they were in step with it, and only there", () => {
  const now = { ...NEW, version: 3, ...HERE };
  expect(inStep({ ...now, locale: "de-AT" }, HERE, { locale: "en" })).toEqual({ locale: "en" });
  expect(inStep(now, HERE, { zone: "Asia/Tokyo" })).toEqual({ zone: "Asia/Tokyo" });
  expect(inStep({ ...now, locale: "en" }, HERE, { locale: "fr" })).toBeNull();
  expect(inStep({ ...now, zone: "UTC" }, HERE, { zone: "Asia/Tokyo" })).toBeNull();
});

test("what was never saved follows the account by itself", () => {
  expect(inStep(NEW, { locale: "en", zone: "UTC" }, { locale: "de" })).toBeNull();
});
