import { expect, test } from "vitest";

import { named, profileOf } from "@/screens/youtube/profile";

test("a template is shown as it will be", () => {
  expect(named("{channel} - {title} [{id}]")).toEqual({ name: "An Old Kitchen - A soup for November [dQw4w9WgXcQ]" });
  expect(named("{title} {uploader}")).toEqual({ unknown: "uploader" });
  expect(named("")).toEqual({ name: "" });
});

test("languages may be said with commas or blanks, and what is not ticked is off", () => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ name: " Films ", quality: "720p", subtitles: "de, en fr", "category.intro": "on", nfo: "on", naming: "", libraryKey: "3" })) form.set(name, value);
  expect(profileOf(form)).toMatchObject({
    name: "Films",
    quality: "720p",
    subtitles: ["de", "en", "fr"],
    sponsorBlockCategories: ["intro"],
    nfo: true,
    isDefault: false,
    embedThumbnail: false,
    naming: null,
    libraryKey: "3",
  });
});
