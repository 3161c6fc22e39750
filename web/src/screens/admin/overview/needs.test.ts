import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { needs } from "@/screens/admin/overview/needs";

const monitor = (status: Schemas["MonitorState"]) => ({ status }) as Schemas["MonitorStatus"];
const stats = (pending: number, failed = 0) =>
  ({
    requests: { data: { counts: { pending, failed } } },
    errors: { data: { open: 2 } },
    deliveries: { data: null },
  }) as Schemas["AdminStats"];

test("what is broken stands before what waits, and nothing is said of what is well", () => {
  const found = needs({ stats: stats(3), services: { items: [monitor("up"), monitor("down"), monitor("flapping"), monitor("maintenance")] } });
  expect(found.map(({ name, count }) => [name, count])).toEqual([["services", 2], ["pending", 3], ["errors", 2]]);
});

test("of a list that goes on there are more than were counted", () => {
  const dead = { items: [{}, {}], nextCursor: "on" } as Schemas["PageOfDeadLetter"];
  expect(needs({ dead })).toEqual([expect.objectContaining({ name: "dead", count: 2, more: true })]);
});

test("a part that cannot be had needs nothing", () => {
  expect(needs({})).toEqual([]);
});
