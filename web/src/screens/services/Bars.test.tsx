import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";

import { speakApart, speakIn } from "@/i18n";
import { Bars } from "@/screens/services/Bars";
import { dayBars } from "@/screens/services/publicStatus";

beforeAll(async () => {
  await speakIn("de");
  await speakApart();
});

afterEach(() => {
  cleanup();
  vi.unstubAllEnvs();
});

test.each(["America/Los_Angeles", "Europe/Berlin", "Pacific/Apia"])("a bar of a day is called by the day that was measured, in %s as well", (zone) => {
  vi.stubEnv("TZ", zone);
  render(<Bars bars={dayBars({ since: "2026-03-29", uptime: [1], coverage: [1] })} barSeconds={86_400} name="Plex" />);
  expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toMatch(/^29\.03\.2026:/);
});
