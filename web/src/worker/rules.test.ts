import { describe, expect, test } from "vitest";

import { kindOf, notificationOf, placeOf, tooMany } from "@/worker/rules";

const ROOT = "https://home.example/";
const NEST = "https://home.example/nest/";
const visit = (url: string) => kindOf({ url, method: "GET", mode: "navigate", destination: "document" }, NEST);
const ask = (url: string, destination = "") => kindOf({ url, method: "GET", mode: "cors", destination }, NEST);

describe("what the worker answers", () => {
  test("places of the page, under their path", () => {
    expect(visit(`${NEST}requests/7?show=all`)).toBe("document");
    expect(visit(NEST)).toBe("document");
    expect(visit(`${NEST}title/movie/603.5`)).toBe("document");
  });

  test("nothing that the portal itself answers: sign-in by way of others, downloads, health", () => {
    for (const place of ["api/v1/auth/oauth/github/callback?code=1", "api/v1/users/me/export", "login/plex/abc", "health", "metrics", ".well-known/jwks.json"])
      expect(visit(NEST + place), place).toBeNull();
    expect(ask(`${NEST}api/v1/media/requests`)).toBeNull();
  });

  test("a place that only begins like one of those is a place", () => {
    expect(visit(`${NEST}healthy`)).toBe("document");
  });

  test("files of the page, pictures, and nothing beside the portal", () => {
    expect(ask(`${NEST}assets/index-abc.js`, "script")).toBe("asset");
    expect(ask(`${NEST}api/v1/media/images/w342/abc.jpg`, "image")).toBe("picture");
    expect(ask(`${NEST}api/v1/media/images/w342/abc.jpg`, "")).toBeNull();
    expect(visit("https://home.example/other")).toBeNull();
    expect(visit(`${NEST}icon.svg`)).toBeNull();
  });

  test("only what is read", () => {
    expect(kindOf({ url: `${NEST}requests`, method: "POST", mode: "navigate", destination: "document" }, NEST)).toBeNull();
  });
});

describe("a message", () => {
  const sent = {
    id: "1",
    type: "request.available",
    title: "Ready",
    body: "Dune",
    link: "https://home.example/nest/requests/7",
    tag: "abc",
    urgency: "high",
    at: "2026-05-10T12:00:00Z",
    lang: "de",
  };

  test("is shown as it was written, and takes the place of its like", () => {
    const { title, options } = notificationOf(JSON.stringify(sent), NEST);
    expect(title).toBe("Ready");
    expect(options).toMatchObject({ body: "Dune", tag: "abc", renotify: true, lang: "de", requireInteraction: true, timestamp: Date.parse(sent.at) });
    expect(options.data).toEqual({ link: "https://home.example/nest/requests/7" });
    expect(options.icon).toBe("https://home.example/nest/icon-192.png");
  });

  test.each([undefined, "", "no json", "[]", "null"])("that cannot be read (%j) still says that there is one", (text) => {
    const { title, options } = notificationOf(text, ROOT);
    expect(title).toBe("MediaNest");
    expect(options.data).toEqual({ link: "https://home.example/notifications" });
    expect(options.tag).toBeUndefined();
  });

  test("leads nowhere but into the portal", () => {
    expect(placeOf("https://evil.example/", NEST)).toBe(`${NEST}notifications`);
    expect(placeOf("https://home.example/other", NEST)).toBe(`${NEST}notifications`);
    expect(placeOf("javascript:alert(1)", NEST)).toBe(`${NEST}notifications`);
    expect(placeOf("https://home.example/nest", NEST)).toBe("https://home.example/nest");
  });
});

test("what is kept is bounded, and the oldest goes first", () => {
  expect(tooMany(["a", "b", "c"], 2)).toEqual(["a"]);
  expect(tooMany(["a"], 2)).toEqual([]);
});
