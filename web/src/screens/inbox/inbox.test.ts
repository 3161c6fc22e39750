import { QueryClient } from "@tanstack/react-query";
import { describe, expect, test } from "vitest";

import { queries } from "@/api/client";
import { apart, byDay, change, PATH, withAllRead, withChange, type Notice, type Pages } from "@/screens/inbox/inbox";

const notice = (seq: number, more: Partial<Notice> = {}): Notice => ({
  seq,
  id: `n${String(seq)}`,
  type: "request.available",
  title: "Ready",
  body: "",
  link: null,
  data: {},
  createdAt: new Date(2026, 4, 10, 12).toISOString(),
  readAt: null,
  ...more,
});
const pages = (...lists: Notice[][]): Pages => ({ pages: lists.map((items) => ({ items, nextCursor: null })), pageParams: lists.map(() => null) });
const all = (given: Pages | undefined) => given!.pages.flatMap((page) => page.items);

test("a change reaches the one it is about, on whatever page it is", () => {
  const after = all(withChange(pages([notice(3), notice(2)], [notice(1)]), "n1", { pinnedAt: "now" }));
  expect(after.map((each) => each.pinnedAt)).toEqual([undefined, undefined, "now"]);
});

test("all are read up to the newest that was shown, and none is read again", () => {
  const after = all(withAllRead(pages([notice(3), notice(2), notice(1, { readAt: "before" })]), 2, "now"));
  expect(after.map((each) => each.readAt)).toEqual([null, "now", "before"]);
});

test("days are those of this device's calendar", () => {
  const at = (day: number, hour: number) => ({ createdAt: new Date(2026, 4, day, hour).toISOString() });
  const days = byDay([notice(3, at(11, 0)), notice(2, at(10, 23)), notice(1, at(10, 1))]);
  expect(days.map((day) => day.notices.map((each) => each.seq))).toEqual([[3], [2, 1]]);
});

test("what came after the newest that was shown waits", () => {
  expect(apart([notice(5), notice(4), notice(3)], 4)).toMatchObject({ waiting: 1, shown: [{ seq: 4 }, { seq: 3 }] });
  expect(apart([notice(5)], null).waiting).toBe(0);
});

describe("a change that is refused", () => {
  test("is taken back", async () => {
    expect(queries).toBeInstanceOf(QueryClient);
    queries.setQueryData(["get", PATH, {}], pages([notice(1)]));
    const refused = change(notice(1), { readAt: "now" }, () => Promise.reject(new Error("no")));
    expect(all(queries.getQueryData(["get", PATH, {}]))[0]!.readAt).toBe("now");
    await expect(refused).rejects.toThrow("no");
    expect(all(queries.getQueryData(["get", PATH, {}]))[0]!.readAt).toBeNull();
  });
});
