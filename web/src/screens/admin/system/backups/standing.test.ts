import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { standingOf } from "@/screens/admin/system/backups/standing";

const NOW = Date.parse("2026-03-02T12:00:00Z");

function backup(takenAt: string, state: Schemas["BackupState"] = "whole"): Schemas["Backup"] {
  return { name: takenAt, takenAt, bytes: 1, encrypted: false, state, origin: null, seconds: null, rows: null, version: null };
}

function backups(items: Schemas["Backup"][], { reachable = true, nextAt }: { reachable?: boolean; nextAt?: string | null } = {}): Schemas["Backups"] {
  const schedule = { at: "03:30", nextAt: nextAt === undefined ? "2026-03-03T03:30:00Z" : nextAt, keepDaily: 7, keepWeekly: 4 };
  return { place: { folder: "/b", reachable, freeBytes: 1, encrypts: false, schedule }, underWay: null, lastFailure: null, items };
}

test("one of this night is fresh, one of three days ago is old", () => {
  expect(standingOf(backups([backup("2026-03-02T03:30:00Z")]), NOW)).toBe("fresh");
  expect(standingOf(backups([backup("2026-02-27T03:30:00Z")]), NOW)).toBe("old");
});

test("where none is made by itself none is late", () => {
  expect(standingOf(backups([backup("2026-02-27T03:30:00Z")], { nextAt: null }), NOW)).toBe("fresh");
});

test("what is damaged is no backup", () => {
  expect(standingOf(backups([backup("2026-03-02T03:30:00Z", "damaged")]), NOW)).toBe("never");
});

test("a folder that is away says nothing of what is in it", () => {
  expect(standingOf(backups([], { reachable: false }), NOW)).toBe("away");
});
