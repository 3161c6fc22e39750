import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { verifyAll } from "@/screens/admin/audit/verify";

const verdict = (upTo: number, more: Partial<Schemas["AuditVerdict"]> = {}) =>
  ({ intact: true, complete: false, first: 1, upTo, headHash: "", waiting: 0, ...more }) satisfies Schemas["AuditVerdict"];

test("a long log is gone through from where each answer ended", async () => {
  const asked: number[] = [];
  const answers = [verdict(500), verdict(1000), verdict(1200, { complete: true })];
  const last = await verifyAll((after) => {
    asked.push(after);
    return Promise.resolve(answers.shift()!);
  });
  expect(asked).toEqual([0, 500, 1000]);
  expect(last.complete).toBe(true);
});

test("a broken log is not read on", async () => {
  const last = await verifyAll(() => Promise.resolve(verdict(3, { intact: false, firstBroken: 3 })));
  expect(last.firstBroken).toBe(3);
});
