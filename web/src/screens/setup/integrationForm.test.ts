import { expect, test } from "vitest";

import { changeOf, mailAddress, mailServerOf, needsSecret, webAddress } from "@/screens/setup/integrationForm";
import type { Integration } from "@/screens/setup/progress";

const integration: Integration = {
  kind: "radarr",
  name: "Radarr",
  source: "portal",
  configured: true,
  enabled: true,
  url: "http://nas.lan:7878",
  secretSet: true,
  options: { qualityProfile: "HD", rootFolder: "/films", tags: "nest", minimumAvailability: "released" },
  variables: [],
  version: 3,
};
const form = (said: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(said)) data.set(name, value);
  return data;
};

test("options that the wizard does not ask for stay as they are", () => {
  const change = changeOf("radarr", integration, form({ url: "nas.lan:7878/", secret: " ", qualityProfile: "4K", rootFolder: "" }));
  expect(change).toEqual({
    url: "http://nas.lan:7878/",
    secret: null,
    options: { qualityProfile: "4K", rootFolder: "", tags: "nest", minimumAvailability: "released" },
  });
});

test("where nobody is asked for an address, the present one stays", () => {
  const tmdb = { ...integration, kind: "tmdb" as const, url: "https://api.themoviedb.org", options: {} };
  expect(changeOf("tmdb", tmdb, form({ secret: "key" }))).toEqual({ url: "https://api.themoviedb.org", secret: "key", options: {} });
});

test.each([
  ["192.168.1.10:32400", "http://192.168.1.10:32400"],
  ["https://plex.example.org", "https://plex.example.org"],
  ["HTTP://nas", "HTTP://nas"],
  ["", ""],
])("%s is where people say it is", (text, url) => {
  expect(webAddress(text)).toBe(url);
});

test("a mail server is put together from its parts, and taken apart again", () => {
  const server = { host: "mail.example.org", port: "465", tls: "implicit" };
  expect(mailAddress(server)).toBe("smtp://mail.example.org:465?tls=implicit");
  expect(mailServerOf("smtp://mail.example.org:465?tls=implicit")).toEqual(server);
  expect(mailServerOf(mailAddress({ host: "::1", port: "25", tls: "none" }))).toEqual({ host: "[::1]", port: "25", tls: "none" });
  expect(mailServerOf(null)).toEqual({ host: "", port: "587", tls: "starttls" });
  expect(mailAddress({ host: "", port: "587", tls: "none" })).toBe("");
});

test("a secret is kept for the same server only", () => {
  expect(needsSecret(integration, "http://nas.lan:7878/radarr")).toBe(false);
  expect(needsSecret(integration, "http://other.lan:7878")).toBe(true);
  expect(needsSecret({ ...integration, secretSet: false }, "http://nas.lan:7878")).toBe(true);
});
