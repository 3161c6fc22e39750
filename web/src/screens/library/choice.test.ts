import { describe, expect, test } from "vitest";

import { choiceOf, descends, lookingAt, narrowed, without } from "@/screens/library/choice";

describe("the address of a library", () => {
  test("is read as it was written", () => {
    const address = { library: 3, sort: "year", order: "asc", type: "episode", genre: "Drama", contentRating: 12, yearFrom: 1990, unwatched: true };

    expect(lookingAt(address)).toEqual({ ...address, library: "3", contentRating: "12" });
  });

  test.each([
    [{ library: "../admin" }],
    [{ sort: "password", order: "up", type: "file" }],
    [{ yearFrom: "abc", yearTo: 0, ratingFrom: 11 }],
    [{ genre: "", contentRating: "x".repeat(21), unwatched: "no" }],
    [{ library: null, genre: ["a"], yearFrom: 19.5 }],
  ])("asks nothing that the portal would refuse: %o", (address) => {
    expect(lookingAt(address)).toEqual({});
  });

  test("names the library beside what is chosen of it", () => {
    expect(choiceOf({ library: "1", genre: "Drama" })).toEqual({ genre: "Drama" });
  });
});

test("titles begin with A, everything else with the newest and best", () => {
  expect([descends({}), descends({ sort: "year" }), descends({ sort: "year", order: "asc" }), descends({ order: "desc" })]).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

test("what narrows a list can be taken away one by one", () => {
  const choice = { library: "1", sort: "year", genre: "Drama", unwatched: true } as const;

  expect(narrowed(choice)).toEqual(["genre", "unwatched"]);
  expect(without(choice, "genre")).toEqual({ library: "1", sort: "year", unwatched: true });
});
