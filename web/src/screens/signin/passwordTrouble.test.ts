import { expect, test } from "vitest";

import { Problem } from "@/api/problem";
import { passwordTrouble } from "@/screens/signin/passwordTrouble";

const refused = (code: string, message: string, field = "password") =>
  new Problem(422, { code, errors: [{ field, message }] });

test.each([
  [refused("INVALID", "Use at least 12 characters."), { kind: "short", count: 12 }],
  [refused("INVALID", "Use at most 256 ordinary characters."), { kind: "long", count: 256 }],
  [refused("WEAK_PASSWORD", "This is one of the first passwords that anybody would try."), { kind: "common" }],
  [refused("WEAK_PASSWORD", "Do not build it from your name, your address or the name of this site."), { kind: "personal" }],
  [new Problem(422, { code: "PASSWORD_USED_BEFORE" }), { kind: "before" }],
  [refused("INVALID", "Something new."), { kind: "other", text: "Something new." }],
])("%o", (problem, trouble) => {
  expect(passwordTrouble(problem, "password")).toEqual(trouble);
});

test("what is wrong elsewhere is not the password's fault", () => {
  expect(passwordTrouble(refused("INVALID", "Use at least 3 characters.", "name"), "password")).toBeNull();
  expect(passwordTrouble(new Error("network"), "password")).toBeNull();
});
