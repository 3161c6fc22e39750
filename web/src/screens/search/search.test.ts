import { expect, test } from "vitest";

import { next } from "@/screens/search/arrows";
import { pastedLink } from "@/screens/search/links";
import { remembered } from "@/screens/search/recent";

test.each([
  ["https://www.imdb.com/title/tt0111161/?ref_=nv_sr_1", { what: "imdb", id: "tt0111161" }],
  ["m.imdb.com/title/tt0111161", { what: "imdb", id: "tt0111161" }],
  ["tt0111161", { what: "imdb", id: "tt0111161" }],
  ["https://www.themoviedb.org/movie/278-the-shawshank-redemption?language=de", { what: "title", type: "movie", tmdbId: "278" }],
  ["themoviedb.org/tv/1396", { what: "title", type: "tv", tmdbId: "1396" }],
  ["https://www.themoviedb.org/person/31-tom-hanks", { what: "person", tmdbId: "31" }],
  ["https://youtu.be/dQw4w9WgXcQ", { what: "youtube", link: "https://youtu.be/dQw4w9WgXcQ" }],
  ["www.youtube.com/watch?v=dQw4w9WgXcQ", { what: "youtube", link: "https://www.youtube.com/watch?v=dQw4w9WgXcQ" }],
])("%s is understood", (text, pasted) => {
  expect(pastedLink(text)).toEqual(pasted);
});

test.each(["heat", "mr. robot", "S.W.A.T.", "https://evil.example/youtube.com", "notyoutube.com/watch?v=1", "tt12", "https://www.imdb.com/chart/top"])(
  "%s is a name to look for",
  (text) => {
    expect(pastedLink(text)).toBeNull();
  },
);

test("each search is remembered once, the latest first, without what led to it", () => {
  expect(remembered(["heat", "al", "alien"], "Alien")).toEqual(["Alien", "heat"]);
  expect(remembered(["heat"], " a ")).toEqual(["heat"]);
  expect(remembered(["1", "2", "3", "4", "5", "6", "7", "8"], "heat")).toHaveLength(8);
});

const GRID = [
  { left: 0, top: 0 },
  { left: 100, top: 0 },
  { left: 200, top: 0 },
  { left: 0, top: 150 },
  { left: 100, top: 150 },
];

test.each([
  ["ArrowRight", 0, 1],
  ["ArrowLeft", 3, 2],
  ["ArrowDown", 1, 4],
  ["ArrowDown", 2, 4],
  ["ArrowDown", 4, 4],
  ["ArrowUp", 4, 1],
  ["ArrowUp", 1, -1],
  ["Enter", 1, null],
] as const)("%s from place %d leads to %s", (key, from, to) => {
  expect(next(key, GRID, from)).toBe(to);
});
