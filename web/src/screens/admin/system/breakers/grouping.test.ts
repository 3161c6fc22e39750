import { expect, test } from "vitest";

import { switchesOf } from "@/screens/admin/system/breakers/grouping";

const breaker = (over: object) =>
  ({ count: 1, system: "overseerr", service: "media", instance: "media-1", state: "closed", failures: 0, threshold: 5, retryAfter: 0, ...over }) as never;

test("a system is as bad as the worst of the replicas says, and places are those of all", () => {
  const [one, ...others] = switchesOf([
    breaker({ underWay: 1, places: 10 }),
    breaker({ instance: "media-2", state: "open", failures: 5, retryAfter: 20, underWay: 2, places: 10 }),
  ]);
  expect(others).toEqual([]);
  expect(one).toMatchObject({ state: "open", failures: 5, retryAfter: 20, underWay: 3, places: 20 });
});

test("those that are not asked come first", () => {
  const systems = switchesOf([breaker({ system: "a" }), breaker({ system: "c", state: "half_open" }), breaker({ system: "b", state: "open" })]);
  expect(systems.map(({ system }) => system)).toEqual(["b", "c", "a"]);
});

test("the same system behind two services is two switches", () => {
  expect(switchesOf([breaker({}), breaker({ service: "health" })])).toHaveLength(2);
});
