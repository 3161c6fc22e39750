import { expect, test } from "vitest";

import de from "@/i18n/de/help.json";
import en from "@/i18n/en/help.json";
import { fits } from "@/screens/help/find";
import { GROUPS } from "@/screens/help/topics";

test("words are found in any order, in part, and without their accents", () => {
  expect(fits("Warum wartet mein Wunsch auf Freigabe? Länger", "freig wunsch")).toBe(true);
  expect(fits("Länger", "langer")).toBe(true);
  expect(fits("Warum wartet mein Wunsch", "wunsch film")).toBe(false);
  expect(fits("anything", "  ")).toBe(true);
});

test.each([
  ["en", en],
  ["de", de],
])("%s answers every question, and nothing that nobody asks", (_, words) => {
  const asked = GROUPS.flatMap((each) => each.topics.map((topic) => topic.name)).sort();
  expect(Object.keys(words.help.topics).sort()).toEqual(asked);
  expect(Object.keys(words.help.groups).sort()).toEqual(GROUPS.map((each) => each.name).sort());
});
