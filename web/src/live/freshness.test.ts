import { QueryClient } from "@tanstack/react-query";
import type { LiveFrame } from "@medianest/live";
import { expect, test } from "vitest";

import { counted } from "@/live/freshness";

const LIST = ["get", "/api/v1/services/status"];

function states(...ids: string[]): ReadonlyMap<string, LiveFrame> {
  return new Map(ids.map((id) => [`monitor:${id}`, { t: "live", type: "monitor.changed", key: `monitor:${id}`, data: { id } } as unknown as LiveFrame]));
}

function isOld(before: string[] | null, ...now: string[]): boolean {
  const queries = new QueryClient();
  queries.setQueryData(LIST, { items: [] });
  const known = before && new Set(before.map((id) => `monitor:${id}`));
  counted(queries, known, states(...now));
  return queries.getQueryState(LIST)!.isInvalidated;
}

test("a monitor that has gone, come or been exchanged makes the list old", () => {
  expect(isOld(["a", "b"], "a")).toBe(true);
  expect(isOld(["a"])).toBe(true);
  expect(isOld([], "a")).toBe(true);
  expect(isOld(["a"], "b")).toBe(true);
});

test("the first picture and one of the same monitors do not", () => {
  expect(isOld(null, "a", "b")).toBe(false);
  expect(isOld(["a", "b"], "b", "a")).toBe(false);
});
