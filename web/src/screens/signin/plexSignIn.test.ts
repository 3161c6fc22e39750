import { afterEach, expect, test, vi } from "vitest";

import { cameBackFromPlex, leaveForPlex, leftForPlex } from "@/screens/signin/plexSignIn";

const STARTED = {
  loginId: "one",
  authUrl: "https://app.plex.tv/auth#?code=1",
  code: "1",
  expiresAt: "2026-01-01T12:15:00Z",
  pollInterval: 2,
};

afterEach(() => {
  cameBackFromPlex();
  vi.useRealTimers();
});

test("a tab that is loaded again knows that it has left for Plex, and where it wanted to go", () => {
  vi.setSystemTime("2026-01-01T12:00:00Z");
  leaveForPlex(STARTED, "/requests");
  expect(leftForPlex()).toMatchObject({ loginId: "one", to: "/requests", authUrl: STARTED.authUrl });
});

test("what is over is not gone on with", () => {
  vi.setSystemTime("2026-01-01T12:00:00Z");
  leaveForPlex(STARTED, "/");
  vi.setSystemTime("2026-01-01T12:15:01Z");
  expect(leftForPlex()).toBeNull();
});

test("whatever else is kept under that name is no sign-in", () => {
  sessionStorage.setItem("medianest-plex-sign-in", "an old one");
  expect(leftForPlex()).toBeNull();
});
