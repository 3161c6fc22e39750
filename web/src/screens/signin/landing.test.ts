import { expect, test } from "vitest";

import { challengeIn, hashOf, isElsewhere, landingOf, placeOf, tokenIn } from "@/screens/signin/landing";

test("a browser that simply comes is left alone", () => {
  expect(landingOf("/", "", "")).toBeNull();
  expect(landingOf("/search", "?q=signIn", "")).toBeNull();
});

test("a second factor is asked for by what stands behind the #", () => {
  const hash = "#challenge=abc-_1&methods=totp,recovery_code&returnTo=/requests%3Fmine%3Dtrue";
  expect(landingOf("/", "?signIn=MFA_REQUIRED", hash)).toEqual({
    kind: "challenge",
    challengeId: "abc-_1",
    methods: ["totp", "recovery_code"],
    to: "/requests?mine=true",
  });
});

test("a question without its number is over", () => {
  expect(landingOf("/", "?signIn=MFA_REQUIRED", "")).toEqual({ kind: "failed", code: "CHALLENGE_EXPIRED", provider: "" });
});

test("a question survives the way through the address", () => {
  const question = { challengeId: "a+b", methods: ["totp" as const, "passkey" as const], to: "/item/7?x=1" };
  expect(challengeIn(`#${hashOf(question)}`)).toEqual(question);
});

test("another site that wants a sign-in gets its visitor back", () => {
  const to = "/api/v1/auth/forward?to=https%3A%2F%2Fwiki.example.org%2F";
  const landing = landingOf("/", `?${new URLSearchParams({ signIn: "REQUIRED", returnTo: to })}`, "");
  expect(landing).toEqual({ kind: "required", to });
  expect(isElsewhere(to)).toBe(true);
  expect(isElsewhere("/api/v1/auth/logout")).toBe(false);
});

test("an account that has been linked leads to where one was, without the marks of the way", () => {
  expect(landingOf("/account/security", "?tab=2&signIn=LINKED&provider=github", "#linked")).toEqual({
    kind: "linked",
    provider: "github",
    rest: "/account/security?tab=2#linked",
  });
});

test("what has gone wrong elsewhere is told by its code", () => {
  expect(landingOf("/", "?signIn=NOT_INVITED&provider=google", "")).toEqual({ kind: "failed", code: "NOT_INVITED", provider: "google" });
});

test.each(["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\tb", "", null, 7])(
  "%s is no place of this page",
  (to) => {
    expect(placeOf(to)).toBe("/");
  },
);

test("links of mails carry a token", () => {
  expect(tokenIn("#token=a%2Bb_c")).toBe("a+b_c");
  expect(tokenIn("")).toBe("");
});
