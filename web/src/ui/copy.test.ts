import { afterEach, expect, test, vi } from "vitest";

import { copy } from "@/ui/copy";

afterEach(() => vi.unstubAllGlobals());

const write = (answer: Promise<void>) => vi.stubGlobal("navigator", { clipboard: { writeText: () => answer } });

test("it says whether it is in the clipboard, where there is one", async () => {
  write(Promise.resolve());
  expect(await copy("it")).toBe(true);
  write(Promise.reject(new Error("not allowed")));
  expect(await copy("it")).toBe(false);
  vi.stubGlobal("navigator", {});
  expect(await copy("it")).toBe(false);
});
