import { expect, test } from "vitest";

import { bodyOf, draftOf, NEW_PAGE, slugOf, titled } from "@/screens/admin/system/pages/draft";

test.each([
  ["Für die Familie", "fuer-die-familie"],
  ["  Café & Küche! ", "cafe-kueche"],
  ["東京", ""],
  [`${"a".repeat(59)} b`, "a".repeat(59)],
])("%j is %j in an address", (title, slug) => {
  expect(slugOf(title)).toBe(slug);
});

test("the name follows the title until somebody chooses one", () => {
  const draft = titled(NEW_PAGE, "Family");
  expect(draft.slug).toBe("family");
  expect(titled({ ...draft, slug: "us" }, "Family and friends").slug).toBe("us");
});

test("what is empty is none, and what is there comes back as it was", () => {
  const monitors = [{ monitorId: "1", shownAs: null, heading: "Media" }];
  const page = { title: "Family", slug: "family", description: null, published: true, monitors };
  expect(bodyOf(draftOf(page as never))).toEqual(page);
});
