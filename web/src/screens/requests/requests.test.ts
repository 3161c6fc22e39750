import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import type { User } from "@/api/session";
import { deedsOf } from "@/screens/requests/deeds";
import { queryOf, ranges, validFilter } from "@/screens/requests/filter";

const anna = { id: "anna", role: "user" } as User;
const olivia = { id: "olivia", role: "owner" } as User;

function request(status: Schemas["RequestStatus"], mediaType: Schemas["MediaType"] = "movie") {
  return { status, mediaType, stuckSince: null, requestedBy: { id: "anna", name: "Anna" } } as Schemas["MediaRequest"];
}

test("seasons are said in ranges", () => {
  expect(ranges([3, 1, 2, 5])).toBe("1–3, 5");
  expect(ranges([1, 2])).toBe("1, 2");
  expect(ranges([])).toBe("");
});

test("an address with nonsense in it shows the usual list", () => {
  expect(validFilter({ status: "eaten", type: 5, sort: "newest", q: "  ", whose: {} })).toEqual({});
});

test("what the address says is what is asked for", () => {
  const filter = validFilter({ status: "failed", type: "tv", sort: "updated", q: " heat ", whose: "mine" });
  expect(queryOf(filter, "mine")).toEqual({ status: "failed", stuck: false, mediaType: "tv", sort: "updated", q: "heat", mine: true });
});

test("stuck is not a status", () => {
  expect(queryOf(validFilter({ status: "stuck" }), "all")).toMatchObject({ status: null, stuck: true });
});

test("who asked may withdraw and change it until it is decided", () => {
  expect(deedsOf(request("pending", "tv"), anna)).toMatchObject({ cancel: true, edit: true, editSeasons: true, approve: false });
  expect(deedsOf(request("approved", "tv"), anna)).toMatchObject({ cancel: false, edit: false, editSeasons: false });
});

test("administrators decide what waits, and take back what is on its way", () => {
  expect(deedsOf(request("pending"), olivia)).toMatchObject({ approve: true, decline: true, retry: false, cancel: true });
  expect(deedsOf(request("failed"), olivia)).toMatchObject({ approve: false, decline: true, retry: true });
  expect(deedsOf(request("processing"), olivia)).toMatchObject({ cancel: true, mark: ["available", "failed"] });
});

test("what is over stays as it is", () => {
  for (const status of ["declined", "cancelled"] as const)
    expect(deedsOf(request(status), olivia)).toMatchObject({ cancel: false, edit: false, check: false, mark: [] });
  expect(deedsOf(request("available"), olivia)).toMatchObject({ cancel: false, mark: [] });
});
