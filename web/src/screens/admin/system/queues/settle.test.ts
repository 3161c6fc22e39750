import { expect, test, vi } from "vitest";

import { settleAll, settleSome, type Result } from "@/screens/admin/system/queues/settle";

test("one that fails leaves the others alone, and each is told", async () => {
  const told: [number, Result][] = [];
  const gone = new Error("gone");
  await settleSome([1, 2, 3], (seq) => (seq === 2 ? Promise.reject(gone) : Promise.resolve()), (seq, result) => told.push([seq, result]));
  expect(told).toEqual([
    [1, "done"],
    [2, { failed: gone }],
    [3, "done"],
  ]);
});

test("all that fit are settled some at a time, up to what was in sight", async () => {
  const step = vi
    .fn()
    .mockResolvedValueOnce({ settled: 200, skipped: 0, nextAfter: 250 })
    .mockResolvedValueOnce({ settled: 7, skipped: 1, nextAfter: null });
  const sofar: number[] = [];
  const sum = await settleAll({ service: "media" }, 300, step, ({ settled }) => sofar.push(settled));
  expect(sum).toEqual({ settled: 207, skipped: 1 });
  expect(sofar).toEqual([200, 207]);
  expect(step.mock.calls).toEqual([
    [{ service: "media", upTo: 300, after: 0, everything: false }],
    [{ service: "media", upTo: 300, after: 250, everything: false }],
  ]);
});

test("without any filter everything is meant, and an answer that stands still ends it", async () => {
  const step = vi.fn().mockResolvedValue({ settled: 0, skipped: 0, nextAfter: 0 });
  await settleAll({ service: null }, 9, step, () => undefined);
  expect(step).toHaveBeenCalledExactlyOnceWith({ service: null, upTo: 9, after: 0, everything: true });
});
