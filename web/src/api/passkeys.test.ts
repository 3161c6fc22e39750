import { expect, test } from "vitest";

import { bytesOf, requestOptions, textOf } from "@/api/passkeys";

test("bytes come back as they went, with signs that base64 has and addresses do not", () => {
  const bytes = Uint8Array.from([251, 255, 190, 0, 7]);
  expect(textOf(bytes)).toBe("-_--AAc");
  expect(bytesOf("-_--AAc")).toEqual(bytes);
});

test("a question of the API has its bytes as browsers want them", () => {
  const options = requestOptions({
    challenge: "AAECAw",
    rpId: "nest.example.org",
    timeout: 300_000,
    userVerification: "required",
    allowCredentials: [{ id: "BAU", type: "public-key", transports: ["internal"] }],
  });
  expect(options.challenge).toEqual(Uint8Array.from([0, 1, 2, 3]));
  expect(options.allowCredentials).toEqual([{ id: Uint8Array.from([4, 5]), type: "public-key", transports: ["internal"] }]);
  expect(options.rpId).toBe("nest.example.org");
  expect(options.userVerification).toBe("required");
});

test("without named passkeys any of this place will do", () => {
  expect(requestOptions({ challenge: "AA" }).allowCredentials).toEqual([]);
});
