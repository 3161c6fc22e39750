import { expect, test } from "vitest";

import { pictureOf } from "@/screens/account/security/picture";

test("a drawing that was made to stand in a page stands by itself as well", () => {
  const address = pictureOf('<svg width="9" height="9"><path d="M0 0h9"/></svg>');
  const text = decodeURIComponent(address.slice("data:image/svg+xml,".length));
  expect(new DOMParser().parseFromString(text, "image/svg+xml").documentElement.namespaceURI).toBe("http://www.w3.org/2000/svg");
});

test("one that says so already is left as it is", () => {
  const whole = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  expect(pictureOf(whole)).toBe(`data:image/svg+xml,${encodeURIComponent(whole)}`);
});
