import { expect, test } from "vitest";

import { draftOf, headersIn, keptOf, specOf, wrongWith } from "@/screens/admin/system/monitors/spec";

test("a new monitor begins with what the portal would take", () => {
  expect(specOf("http", { ...draftOf("http", null), url: " https://nas.local " })).toEqual({
    kind: "http",
    url: "https://nas.local",
    method: "GET",
    statuses: ["200-299"],
    followRedirects: true,
    verifyTls: true,
    keywordAbsent: false,
    keyword: null,
    body: null,
    jsonPath: null,
    jsonExpected: null,
    username: null,
  });
});

test("what is there comes back as it was", () => {
  const spec = { kind: "tls", host: "nas.local", port: 8443, serverName: null, warnDays: [30, 5] } as const;
  expect(specOf("tls", draftOf("tls", spec))).toEqual(spec);
});

test("nothing said of what is there is not what is usual", () => {
  expect(draftOf("dns", { kind: "dns", name: "example.org", record: "MX", server: null, port: 53, expected: null })).toMatchObject({
    record: "MX",
    server: "",
  });
});

test("a secret nobody has touched is left out, a new one is sent, and null takes it away", () => {
  const draft = draftOf("radarr", { kind: "radarr", url: "http://radarr:7878" });
  expect(specOf("radarr", draft)).not.toHaveProperty("apiKey");
  expect(specOf("radarr", { ...draft, apiKey: "new" })).toMatchObject({ apiKey: "new" });
  expect(specOf("radarr", { ...draft, apiKey: null })).toMatchObject({ apiKey: null });
});

test("headers are kept, sent anew, or taken away together", () => {
  const draft = draftOf("http", { kind: "http", url: "http://nas.local" });
  expect(specOf("http", draft)).not.toHaveProperty("headers");
  expect(specOf("http", { ...draft, headers: "X-Key: a:b\n\nAccept: text/html" })).toMatchObject({ headers: { "X-Key": "a:b", Accept: "text/html" } });
  expect(specOf("http", { ...draft, headers: null })).toMatchObject({ headers: {} });
  expect(headersIn("no colon\nEmpty:")).toEqual({});
});

test("which secrets are kept is known by their names", () => {
  const kept = ["headers.X-Key", "password"];
  expect(keptOf({ name: "headers", as: "headers" }, kept)).toEqual(["X-Key"]);
  expect(keptOf({ name: "password", as: "secret" }, kept)).toEqual(["password"]);
  expect(keptOf({ name: "apiKey", as: "secret" }, kept)).toEqual([]);
});

test("what is wrong is found with and without the kind in its path", () => {
  const fields = { "spec.http.statuses.0": "pattern", "spec.password": "again" };
  expect(wrongWith("statuses", "http", fields)).toBe("pattern");
  expect(wrongWith("password", "http", fields)).toBe("again");
  expect(wrongWith("url", "http", fields)).toBeUndefined();
});
