import { expect, test } from "vitest";

import { creationOptions } from "@/screens/account/security/newPasskey";

test("what the portal asks is understood by browsers: bytes are bytes, the rest is as it was", () => {
  const options = creationOptions({
    challenge: "AQID",
    rp: { id: "home.example", name: "MediaNest" },
    user: { id: "-_8", name: "anna", displayName: "Anna" },
    pubKeyCredParams: [{ alg: -7, type: "public-key" }],
    excludeCredentials: [{ id: "BAU", type: "public-key", transports: ["internal"] }],
    authenticatorSelection: { residentKey: "required" },
    timeout: 60_000,
  });
  expect([...(options.challenge as Uint8Array)]).toEqual([1, 2, 3]);
  expect([...(options.user.id as Uint8Array)]).toEqual([251, 255]);
  expect([...(options.excludeCredentials![0]!.id as Uint8Array)]).toEqual([4, 5]);
  expect(options).toMatchObject({ rp: { id: "home.example" }, timeout: 60_000, authenticatorSelection: { residentKey: "required" } });
});
