import { expect, test } from "vitest";

import { moved, orderWith, putAt, sectionsOf } from "@/screens/admin/system/monitors/order";

const monitor = (id: string, groupId: string | null) => ({ id, groupId }) as never;
const group = (id: string) => ({ id, name: id, position: 0, monitors: 0 });

test("monitors stand under their groups, and those without one come last", () => {
  const sections = sectionsOf([group("media"), group("home")], [monitor("a", null), monitor("b", "media"), monitor("c", "gone")]);
  expect(sections.map((each) => [each.group?.id ?? null, each.monitors.map(({ id }) => id)])).toEqual([
    ["media", ["b"]],
    ["home", []],
    [null, ["a", "c"]],
  ]);
});

test("one moves by a place, and not beyond the ends", () => {
  expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], "c", 1)).toEqual(["a", "b", "c"]);
  expect(putAt(["a", "b", "c"], "a", 2)).toEqual(["b", "c", "a"]);
});

test("those of one group change places among each other only", () => {
  expect(orderWith(["a", "x", "b", "y", "c"], ["c", "a", "b"])).toEqual(["c", "x", "a", "y", "b"]);
});
