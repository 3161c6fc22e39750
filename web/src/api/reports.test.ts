import { expect, test, vi } from "vitest";

import { Problem } from "@/api/problem";
import { reporter, reportOf } from "@/api/reports";

test("an error is told with where it was, and with nothing that is anybody's", () => {
  const error = new TypeError("no poster for anna@example.com at https://nest.example.org/search?q=secret+film");
  error.stack = "TypeError: no poster\n    at Card (https://nest.example.org/assets/app.js?token=abc:118:24)";
  expect(reportOf(error, "/search")).toMatchObject({
    kind: "TypeError",
    message: "no poster for …@… at /search",
    stack: "TypeError: no poster\n    at Card (/assets/app.js:118:24)",
    page: "/search",
  });
});

test.each([
  new Problem(503, { code: "UNAVAILABLE" }),
  new DOMException("gone", "AbortError"),
  "Script error.",
  "ResizeObserver loop completed with undelivered notifications.",
  new TypeError("Failed to fetch dynamically imported module: /assets/x.js"),
])("what is no fault of the page is not told: %s", (error) => {
  expect(reportOf(error, "/")).toBeNull();
});

test("what is thrown without being an error is told all the same", () => {
  expect(reportOf("nothing there", "/")).toMatchObject({ kind: "Error", message: "nothing there", stack: null });
});

test("the same error is told once, and not more than ten of them", () => {
  const send = vi.fn(() => Promise.resolve());
  const tell = reporter(send);
  const same = new Error("again");
  tell(same, "/");
  tell(same, "/requests");
  expect(send).toHaveBeenCalledTimes(1);
  for (let nth = 0; nth < 20; nth++) tell(new Error(`fault ${nth}`), "/");
  expect(send).toHaveBeenCalledTimes(10);
});

test("that telling fails is nobody's trouble", async () => {
  const tell = reporter(() => Promise.reject(new Error("offline")));
  tell(new Error("first"), "/");
  await Promise.resolve();
});
