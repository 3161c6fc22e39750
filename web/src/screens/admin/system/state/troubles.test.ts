import { expect, test } from "vitest";

import { troublesIn } from "@/screens/admin/system/state/troubles";

const replica = (over: object = {}) => ({ service: "media", instance: "m1", version: "0.2.0", status: "ok", checks: [], uptimeSeconds: 1, pool: null, ...over });
const service = (over: object = {}) => ({ service: "media", status: "ok", replicas: [replica()], silent: [], ...over });
const details = (services: object[], over: object = {}) => ({ services, streams: [], deadLetters: 0, ...over }) as never;

test("nothing is said where everything is well", () => {
  expect(troublesIn(details([service()]))).toEqual([]);
});

test("a service that nobody answers for is down, and one that misses something says what", () => {
  const checks = [{ name: "postgresql", status: "down", message: "It does not answer." }];
  expect(
    troublesIn(
      details([service({ service: "auth", status: "down", replicas: [] }), service({ status: "down", replicas: [replica({ checks }), replica({ checks })] })]),
    ),
  ).toEqual([
    { what: "down", service: "auth" },
    { what: "checkDown", service: "media", check: "postgresql", message: "It does not answer." },
  ]);
});

test("trouble without a reason is told all the same", () => {
  expect(troublesIn(details([service({ status: "degraded" })]))).toEqual([{ what: "degraded", service: "media" }]);
});

test("versions that differ within a service are told once", () => {
  const mixed = service({ replicas: [replica(), replica({ version: "0.1.0" })] });
  expect(troublesIn(details([mixed, service({ service: "auth" })]))).toEqual([{ what: "versions", service: "media", versions: ["0.1.0", "0.2.0"] }]);
  expect(troublesIn(details([service(), service({ service: "auth", replicas: [replica({ version: "0.1.0" })] })]))).toEqual([
    { what: "mixed", versions: ["0.1.0", "0.2.0"] },
  ]);
});

test("a full pool, a silent bus, a backlog and what was given up are told", () => {
  expect(troublesIn(details([service({ replicas: [replica({ pool: { size: 10, inUse: 10 } })] })], { streams: null, deadLetters: 3 }))).toEqual([
    { what: "pool", service: "media" },
    { what: "bus" },
    { what: "deadLetters", count: 3 },
  ]);
  const streams = [{ consumers: [{ name: "media__heard", waiting: 5000 }] }];
  expect(troublesIn(details([], { streams }))).toEqual([{ what: "backlog", name: "media__heard", count: 5000 }]);
});
