import { expect, test } from "vitest";

import { configOf, faultOf, isWanted } from "@/screens/account/notifications/config";

const field = (name: string, required = false, secret = false) => ({ name, required, secret, description: null });

test("only what was typed is given", () => {
  const typed: Record<string, string> = { server: "  https://ntfy.sh ", topic: "home", token: "" };
  expect(configOf([field("server"), field("topic", true), field("token", false, true)], (name) => typed[name] ?? "")).toEqual({
    server: "https://ntfy.sh",
    topic: "home",
  });
});

test("a secret that is set need not be typed again", () => {
  expect(isWanted(field("token", true, true), ["token"])).toBe(false);
  expect(isWanted(field("token", true, true), [])).toBe(true);
  expect(isWanted(field("topic", true), ["topic"])).toBe(true);
  expect(isWanted(field("server"), [])).toBe(false);
});

test("what is wrong stands beside its field, however the portal names it", () => {
  expect(faultOf({ "config.url": "no" }, "url")).toBe("no");
  expect(faultOf({ url: "no" }, "url")).toBe("no");
  expect(faultOf({ "config.curl": "no" }, "url")).toBeUndefined();
});
