import { beforeEach, expect, test } from "vitest";

import { queries, type Schemas } from "@/api/client";
import { foresee, LIST, ONE } from "@/screens/requests/decisions";

const request = (id: string) => ({ id, status: "pending", statusReason: "Wait." }) as Schemas["MediaRequest"];
const list = ["get", LIST, { status: null }];
const one = ["get", ONE, { params: { path: { id: "a" } } }];

beforeEach(() => {
  queries.clear();
  queries.setQueryData(list, { pages: [{ items: [request("a"), request("b")] }], pageParams: [null] });
  queries.setQueryData(one, request("a"));
});

const inList = () => queries.getQueryData<{ pages: { items: Schemas["MediaRequest"][] }[] }>(list)?.pages[0]?.items.map((each) => each.status);

test("a decision is seen at once in the list and on its own page, and nowhere else", () => {
  foresee("a", "approved");
  expect(inList()).toEqual(["approved", "pending"]);
  expect(queries.getQueryData(one)).toMatchObject({ status: "approved", statusReason: null });
});

test("where it is refused, everything is as it was", () => {
  foresee("a", "approved")();
  expect(inList()).toEqual(["pending", "pending"]);
  expect(queries.getQueryData(one)).toMatchObject({ status: "pending", statusReason: "Wait." });
});
