import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { kindOf, queryOf, validNarrowed, yearsOf } from "@/screens/discover/shelves";
import { once } from "@/screens/discover/useCataloguePages";

function page(...ids: [Schemas["MediaType"], number][]): Schemas["SearchPage"] {
  const items = ids.map(([mediaType, tmdbId]) => ({ mediaType, tmdbId, title: "", year: null, overview: "", posterUrl: null, availability: "none" as const, requestable: true }));
  return { items, page: 1, totalPages: 2, stale: false };
}

test("a title that has moved to the next page is shown once, and a film and a show of one number are two", () => {
  expect(once([page(["movie", 1], ["tv", 1]), page(["movie", 1], ["movie", 2])])).toHaveLength(3);
});

test("an address with nonsense in it narrows nothing", () => {
  expect(validNarrowed({ type: "people", genre: "crime", provider: -1 })).toEqual({});
  expect(validNarrowed({ type: "tv", genre: "80", provider: 8 })).toEqual({ type: "tv", genre: 80, provider: 8 });
});

test("only what the shelf takes is asked for", () => {
  const all = { type: "tv", genre: 80, provider: 8 } as const;
  expect(queryOf("trending", all)).toEqual({ type: "tv" });
  expect(queryOf("movies", all)).toEqual({ genre: 80, provider: 8 });
  expect(queryOf("upcoming", all)).toEqual(all);
  expect(queryOf("upcoming", { genre: 80 })).toEqual({});
});

test("years and the order are those of one kind's shelf", () => {
  expect(validNarrowed({ year: "1999", sort: "newest" })).toEqual({ year: 1999, sort: "newest" });
  expect(validNarrowed({ year: "soon", sort: "random" })).toEqual({});
  expect(queryOf("movies", { year: 1999, sort: "newest" })).toEqual({ year: 1999, sort: "newest" });
  expect(queryOf("upcoming", { type: "tv", year: 1999, sort: "newest" })).toEqual({ type: "tv" });
});

test("the newest are of this year at most, and the popular may be of the next", () => {
  expect(yearsOf("newest", 2026).slice(0, 2)).toEqual([2026, 2025]);
  expect(yearsOf(undefined, 2026).slice(0, 2)).toEqual([2027, 2026]);
  expect([yearsOf("newest", 2026).at(-1), yearsOf(undefined, 2026).at(-1)]).toEqual([1900, 1900]);
});

test("genres are those of the kind", () => {
  expect(kindOf("tv", "movie")).toBe("tv");
  expect(kindOf("trending", "tv")).toBeNull();
});
