import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { bodyOf, exceeds, existingOf, firstQuality, firstSeasons, isComplete, openSeasons, wholeOnly, type Wish } from "@/screens/title/asking";

const film = { mediaType: "movie", tmdbId: 278 } as Schemas["Title"];
const show = { mediaType: "tv", tmdbId: 278 } as Schemas["Title"];
const wish: Wish = { quality: "standard", seasons: new Set(), note: "", userId: "", usesQuota: true };

function options(seasons: number[], remaining: number | null = null): Schemas["RequestOptions"] {
  const quality = { requestable: seasons.length > 0, reason: null, seasons, fitsQuota: true };
  return {
    standard: quality,
    fourK: { ...quality, requestable: true, seasons: [1, 2] },
    quota: { limit: remaining, days: 7, used: 0, remaining, resetsAt: null },
    specialsOffered: true,
    specialsReason: null,
  };
}

test("a film says its quality and names no seasons", () => {
  expect(bodyOf(film, wish)).toEqual({ mediaType: "movie", tmdbId: 278, is4k: false, usesQuota: true });
});

test("a show names its seasons in order", () => {
  expect(bodyOf(show, { ...wish, seasons: new Set([10, 2]) }).seasons).toEqual([2, 10]);
});

test("a note of spaces is none", () => {
  expect(bodyOf(film, { ...wish, note: "  " })).not.toHaveProperty("note");
});

test("only what is asked for somebody else can be beyond their quota", () => {
  expect(bodyOf(film, { ...wish, usesQuota: false }).usesQuota).toBe(true);
  expect(bodyOf(film, { ...wish, usesQuota: false, userId: "somebody" })).toMatchObject({ userId: "somebody", usesQuota: false });
});

test("all open seasons are ticked, and no more than the quota has room for", () => {
  expect(firstSeasons(show, options([2, 3, 4]), "standard")).toEqual(new Set([2, 3, 4]));
  expect(firstSeasons(show, options([2, 3, 4], 2), "standard")).toEqual(new Set([2, 3]));
  expect(firstSeasons(show, options([2, 3], 0), "standard")).toEqual(new Set());
});

function withSeasons(partial: boolean, specials: boolean): Schemas["Title"] {
  const season = (number: number, requestable: boolean) => ({ number, requestable, episodeCount: 8, availability: "none" });
  return { ...show, seasons: [season(0, specials), season(1, partial), season(2, partial)] } as Schemas["Title"];
}

test.each([
  [true, true, [0, 1, 2], false],
  [true, false, [1, 2], false],
  [false, true, [0], true],
  [false, false, [], true],
])("seasons apart: %s, specials: %s", (partial, specials, open, whole) => {
  const title = withSeasons(partial, specials);
  const can = { ...options([1, 2]), specialsOffered: specials };
  expect(openSeasons(title, can, "standard")).toEqual(open);
  expect(wholeOnly(title, can)).toBe(whole);
});

test("a show that is only had as a whole is asked for as one, with the specials if wanted", () => {
  const title = withSeasons(false, true);
  expect(bodyOf(title, { ...wish, seasons: new Set([1, 2]) }, true).seasons).toBe("all");
  expect(bodyOf(title, { ...wish, seasons: new Set([0, 1, 2]) }, true).seasons).toEqual([0, 1, 2]);
});

test("where only 4K is left, that is what is offered", () => {
  expect(firstQuality(options([]))).toBe("fourK");
  expect(firstQuality(options([3]))).toBe("standard");
});

test("seasons beyond the quota are refused before they are sent", () => {
  const two = { ...wish, seasons: new Set([1, 2]) };
  expect(exceeds(show, two, options([1, 2], 1).quota)).toBe(true);
  expect(exceeds(show, two, options([1, 2], 2).quota)).toBe(false);
  expect(exceeds(show, two, options([1, 2], null).quota)).toBe(false);
  expect(exceeds(film, wish, options([], 0).quota)).toBe(true);
  expect(exceeds(film, { ...wish, userId: "somebody" }, options([], 0).quota)).toBe(false);
});

test("a show without a season is not complete", () => {
  expect(isComplete(show, wish)).toBe(false);
  expect(isComplete(film, wish)).toBe(true);
});

test("what stands in the way is named", () => {
  expect(existingOf({ existing: { id: "a", url: "/x", followUrl: "/x/follow" } })).toEqual({ id: "a", canFollow: true });
  expect(existingOf({ existing: { id: null, url: "/x" } })).toEqual({ id: null, canFollow: false });
  expect(existingOf({})).toBeNull();
});
