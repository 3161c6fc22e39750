import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { creditsOf } from "@/screens/title/credits";

const credit = (tmdbId: number, year: number | null, role: string) => ({ mediaType: "movie", tmdbId, year, role }) as Schemas["Credit"];

test("a title in which somebody did two things stands once", () => {
  expect(creditsOf([credit(1, 1999, "Director"), credit(1, 1999, "Writer"), credit(1, 1999, "Writer")])).toEqual([credit(1, 1999, "Director, Writer")]);
});

test("the latest comes first, and what is only announced before it", () => {
  expect(creditsOf([credit(1, 1999, ""), credit(2, 2024, ""), credit(3, null, "")]).map((each) => each.tmdbId)).toEqual([3, 2, 1]);
});
