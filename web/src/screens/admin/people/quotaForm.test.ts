import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { downloadBody, downloadForm, isAsForRole, quotaBody, quotaForm } from "@/screens/admin/people/quotaForm";

const quota = (own: Partial<Schemas["PersonQuota"]>) =>
  ({ user: { id: "1", name: "Ada" }, movie: null, tv: null, mayAsk4k: null, setAt: null, ...own }) satisfies Schemas["PersonQuota"];

test.each([
  [{}],
  [{ movie: { limit: 0, days: 30 }, mayAsk4k: false }],
  [{ movie: { limit: null, days: 7 }, tv: { limit: 3, days: 1 }, mayAsk4k: true }],
])("what is set comes back as it was: %j", (own) => {
  const { movie, tv, mayAsk4k } = quota(own);
  expect(quotaBody(quotaForm(quota(own)))).toEqual({ movie, tv, mayAsk4k });
});

test("a limit of none is one of the person's own, and none at all is another thing than nought", () => {
  expect(isAsForRole(quotaBody(quotaForm(quota({ tv: { limit: null, days: 7 } }))))).toBe(false);
  expect(isAsForRole(quotaBody(quotaForm(quota({}))))).toBe(true);
});

test("downloads: an empty field is as for everybody, nought is nought, and gigabytes may have a comma", () => {
  expect(downloadBody({ perHour: "", gigabytes: " " })).toEqual({ limitPerHour: null, limitBytes: null });
  expect(downloadBody({ perHour: "0", gigabytes: "1,5" })).toEqual({ limitPerHour: 0, limitBytes: 1_500_000_000 });
  expect(downloadBody(downloadForm({ limitPerHour: 20, limitBytes: 2_500_000_000 }))).toEqual({ limitPerHour: 20, limitBytes: 2_500_000_000 });
});
