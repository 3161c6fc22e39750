import { renderHook } from "@testing-library/react";
import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";

import { Problem } from "@/api/problem";
import { speakApart, speakIn, speakOfRefusals } from "@/i18n";
import { useProblemWords } from "@/ui/useProblemWords";

beforeAll(async () => {
  await speakIn("de");
  await speakApart();
  await speakOfRefusals();
});

const words = (problem: Record<string, unknown>) => renderHook(() => useProblemWords()).result.current(new Problem(422, problem));

test("why YouTube does not give something away is said in the person's language", () => {
  expect(words({ code: "NOT_ON_YOUTUBE", reason: "PRIVATE", detail: "The video is private." })).toBe(i18next.t("failure.PRIVATE"));
  expect(words({ code: "NOT_ON_YOUTUBE", reason: "NEVER_HEARD_OF" })).toMatch(/^Das gibt YouTube nicht her/);
});

test("one code that is refused for several reasons says which", () => {
  expect(words({ code: "FORBIDDEN", detail: "It has been decided. Ask an administrator to change it." })).toMatch(/^Darüber ist schon entschieden/);
  expect(words({ code: "FORBIDDEN", detail: "Only cats may do this." })).toMatch(/^Das darfst du hier nicht/);
});
