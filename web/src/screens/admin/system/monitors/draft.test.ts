import { expect, test } from "vitest";

import { bodyOf, mistakesIn, monitorDraft, newMonitor, ofKind } from "@/screens/admin/system/monitors/draft";

test("the body of a new monitor is whole", () => {
  const draft = { ...newMonitor("ping"), name: " NAS ", spec: { host: "nas.local" }, reminderSeconds: "3600" };
  expect(bodyOf(draft)).toEqual({
    name: "NAS",
    groupId: null,
    visibility: "admins",
    intervalSeconds: 60,
    timeoutSeconds: 10,
    failures: 2,
    outOf: 3,
    successes: 2,
    slowMs: null,
    reminderSeconds: 3600,
    inverted: false,
    dependsOn: [],
    spec: { kind: "ping", host: "nas.local" },
  });
});

test("one that the settings have made is changed without saying what it looks at", () => {
  const draft = monitorDraft({ ...bodyOf(newMonitor("ping")), kind: "service", spec: null, secrets: [] } as never);
  expect(draft.kind).toBeNull();
  expect(bodyOf(draft).spec).toBeNull();
});

test("another kind keeps what both are asked, but not the port", () => {
  const draft = { ...newMonitor("tcp"), spec: { host: "nas.local", port: "22" } };
  expect(ofKind(draft, "tls").spec).toMatchObject({ host: "nas.local", port: "443" });
});

test("what does not fit together is said before it is sent", () => {
  const draft = newMonitor("ping");
  expect(mistakesIn(draft)).toEqual({});
  expect(mistakesIn({ ...draft, timeoutSeconds: "60", failures: "4" })).toEqual({ timeoutSeconds: "timeoutTooLong", failures: "failuresTooMany" });
});
