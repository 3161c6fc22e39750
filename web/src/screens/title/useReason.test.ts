import { expect, test } from "vitest";

import { sentencesOf } from "@/screens/title/useReason";

test("a reason with names in it is known, whatever they are", () => {
  expect(sentencesOf("By the rule “Films (4K). Old ones?”.")).toBeNull();
  expect(sentencesOf("By the rule “Films (4K)?”.")).toEqual([{ key: "rule", gaps: { rule: "Films (4K)?" } }]);
  expect(sentencesOf("The quota is 3 films in 7 days; 0 left.")).toEqual([{ key: "quotaOfFilms", gaps: { limit: "3", days: "7", left: "0" } }]);
});

test("several sentences are said one after the other, if each of them is known", () => {
  expect(sentencesOf("Radarr knows no such film. It is tried again by itself.")?.map(({ key }) => key)).toEqual(["noFilm", "again"]);
  expect(sentencesOf("The disk is full. It is tried again by itself.")).toBeNull();
});

test.each(["Too violent for the children.", "toString", ""])("what people have typed stays as it is: %s", (said) => {
  expect(sentencesOf(said)).toBeNull();
});
