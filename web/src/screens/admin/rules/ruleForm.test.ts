import { expect, test } from "vitest";

import { moved, ruleBody } from "@/screens/admin/rules/ruleForm";

test("what is left empty fits everything, and films have no seasons", () => {
  const form = new FormData();
  const typed = { name: " Old films ", action: "approve", mediaType: "movie", yearTo: "1990", minSeasons: "2", enabled: "on" };
  for (const [name, value] of Object.entries(typed)) form.set(name, value);
  expect(ruleBody(form, "Drama, , Science Fiction")).toEqual({
    name: "Old films",
    action: "approve",
    enabled: true,
    role: null,
    userId: null,
    mediaType: "movie",
    is4k: null,
    genres: ["Drama", "Science Fiction"],
    yearFrom: null,
    yearTo: 1990,
    minSeasons: null,
    maxSeasons: null,
  });
});

test("the first goes no further up, and the others keep their order", () => {
  expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
});
