import { beforeEach, expect, test, vi } from "vitest";

import { http } from "@/api/client";
import { Problem } from "@/api/problem";
import type { User } from "@/api/session";
import type { Preferences } from "@/screens/account/notifications/preferences";
import { follow, following, speakLikeHere, unchosen } from "@/screens/account/notifications/tongue";

const NEW: Preferences = { version: 0, locale: "en", zone: "Europe/Berlin", quietHours: null, dailyAt: "08:00", rows: [], updatedAt: null };
const HERE = { locale: "de", zone: "Europe/Vienna" };
const NOTHING = { locale: null, timeZone: null };
const ME = { id: "anna", ...NOTHING } as User;

beforeEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
});

/** A portal that has these preferences, and answers what is saved like this, one after the other. */
function portal(now: Preferences, ...refusals: number[]) {
  const get = vi.spyOn(http, "GET").mockImplementation((() => Promise.resolve({ data: now })) as never);
  const put = vi.spyOn(http, "PUT").mockImplementation((() => {
    const refusal = refusals.shift();
    return refusal === undefined ? Promise.resolve({ data: now }) : Promise.reject(new Problem(refusal, {}));
  }) as never);
  const saved = () => (put.mock.calls as unknown as [string, { body: Preferences }][]).map(([, told]) => told.body);
  return { get, saved };
}

test("messages to somebody who has saved nothing come as the browser has them", () => {
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

test("a browser that hides where it is does not take the household's clock away", () => {
  expect(unchosen(NEW, NOTHING, { ...HERE, zone: "UTC" })).toEqual({ locale: "de", zone: "Europe/Berlin" });
  expect(unchosen(NEW, NOTHING, { locale: "en", zone: "UTC" })).toBeNull();
});

test("messages take the browser's clock once", async () => {
  const { get, saved } = portal(NEW);
  await speakLikeHere(ME, HERE.zone);
  await speakLikeHere(ME, HERE.zone);
  expect(saved()).toMatchObject([{ version: 0, zone: HERE.zone }]);
  expect(get).toHaveBeenCalledOnce();
});

test.each([409, 422])("somebody else's decision, or a refusal, is the end of it: %i", async (status) => {
  const { saved } = portal(NEW, status);
  await speakLikeHere(ME, HERE.zone);
  await speakLikeHere(ME, HERE.zone);
  expect(saved()).toHaveLength(1);
});

test.each([0, 401, 403, 429, 500, 503])("what may pass is tried again: %i", async (status) => {
  const { saved } = portal(NEW, status);
  await speakLikeHere(ME, HERE.zone);
  await speakLikeHere(ME, HERE.zone);
  expect(saved()).toHaveLength(2);
});

test("messages follow the clock of the account whatever they went by, from any device", () => {
  const now = { ...NEW, version: 3, ...HERE };
  expect(following(now, NOTHING, { timeZone: "Asia/Tokyo" })).toEqual({ zone: "Asia/Tokyo" });
  expect(following({ ...now, zone: "UTC" }, { ...NOTHING, timeZone: "Europe/Paris" }, { timeZone: "Asia/Tokyo" })).toEqual({ zone: "Asia/Tokyo" });
  expect(following(now, NOTHING, { timeZone: null })).toBeNull();
  expect(following(now, NOTHING, { timeZone: HERE.zone })).toBeNull();
});

test("messages follow the language of the account unless they have one of their own", () => {
  const now = { ...NEW, version: 3, ...HERE };
  expect(following({ ...now, locale: "de-AT" }, { ...NOTHING, locale: "de" }, { locale: "en" })).toEqual({ locale: "en" });
  expect(following(now, NOTHING, { locale: "en" })).toEqual({ locale: "en" });
  expect(following({ ...now, locale: "en" }, { ...NOTHING, locale: "de" }, { locale: "fr" })).toBeNull();
});

test("what was never saved follows the account by itself", () => {
  expect(following(NEW, NOTHING, { locale: "de" })).toBeNull();
});

test("a choice goes on top of what another device has saved meanwhile, and the latest stays", async () => {
  const { saved } = portal({ ...NEW, version: 3 }, 409);
  void follow(NOTHING, { timeZone: "Asia/Tokyo" });
  await follow(NOTHING, { timeZone: "Asia/Seoul" });
  expect(saved().map((each) => each.zone)).toEqual(["Asia/Tokyo", "Asia/Tokyo", "Asia/Seoul"]);
});
