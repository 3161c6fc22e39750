import { expect, test } from "vitest";

import { youtubeLink } from "@/screens/youtube/links";

test.each([
  ["https://www.youtube.com/watch?v=abcdefghijk", "https://www.youtube.com/watch?v=abcdefghijk"],
  ["youtu.be/abcdefghijk?si=x", "https://youtu.be/abcdefghijk?si=x"],
  ["Look at this: https://m.youtube.com/shorts/abcdefghijk.", "https://m.youtube.com/shorts/abcdefghijk"],
  ["(https://youtube.com/@slowtrains/videos)", "https://youtube.com/@slowtrains/videos"],
  ["https://music.youtube.com/playlist?list=PL1", "https://music.youtube.com/playlist?list=PL1"],
])("%s", (text, link) => expect(youtubeLink(text)).toBe(link));

test.each([
  [""],
  ["youtube"],
  ["https://www.youtube.com/"],
  ["https://youtu.be/"],
  ["https://youtube.com.evil.example/watch?v=abcdefghijk"],
  ["https://notyoutube.com/watch?v=abcdefghijk"],
  ["https://www.youtube.com/feed/history"],
  ["javascript:alert(1)//youtube.com"],
])("%s is none", (text) => expect(youtubeLink(text)).toBeNull());

test("what a phone shares may stand in either of two places", () => {
  expect(youtubeLink(null, "A film", "https://youtu.be/abcdefghijk")).toBe("https://youtu.be/abcdefghijk");
});
