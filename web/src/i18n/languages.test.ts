import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import deWords from "@/i18n/de";
import deApart from "@/i18n/de/apart";
import enWords from "@/i18n/en";
import enApart from "@/i18n/en/apart";

import deRefusals from "@/i18n/de/refusals.json";
import refused from "../../../services/gateway/src/medianest_gateway/reference/refusals.json";

interface Words {
  [key: string]: string | Words;
}
const en: Words = { ...enWords, ...enApart };
const OTHERS: Record<string, Words> = { de: { ...deWords, ...deApart } };
const PLURAL = /_(zero|one|two|few|many|other)$/;

function flat(words: Words, above = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [[above + key, value] satisfies [string, string]] : flat(value, `${above}${key}.`),
  );
}

const names = (text: string) => [...new Set(text.match(/\{\{\s*\w+/g))].sort();

test.each(Object.entries(OTHERS))("%s says everything that English says", (language, words) => {
  const theirs = new Map(flat(words));
  const plurals = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const wanted = new Set(
    flat(en).flatMap(([key]) => (PLURAL.test(key) ? plurals.map((each) => key.replace(PLURAL, `_${each}`)) : [key])),
  );
  expect([...wanted].filter((key) => !theirs.has(key))).toEqual([]);
  expect([...theirs.keys()].filter((key) => !wanted.has(key))).toEqual([]);
});

test.each(Object.entries(OTHERS))("%s puts in what English puts in", (_, words) => {
  const ours = new Map(flat(en));
  for (const [key, text] of flat(words)) {
    const same = ours.get(key) ?? ours.get(key.replace(PLURAL, "_other"));
    // "One" of something may do without the number.
    if (same !== undefined && !/_(one|zero)$/.test(key)) expect(names(text), key).toEqual(names(same));
  }
});

test("no two files of a language use the same name", async () => {
  for (const files of [import.meta.glob<{ default: Words }>("./en/*.json"), import.meta.glob<{ default: Words }>("./de/*.json")]) {
    const tops = (await Promise.all(Object.values(files).map((load) => load()))).flatMap((file) => Object.keys(file.default));
    expect(tops.filter((name, place) => tops.indexOf(name) !== place)).toEqual([]);
  }
});

const REFUSALS: Record<string, Record<string, string>> = { de: deRefusals.refusals };
/** Only programs meet these, or what exactly is wrong is said by the portal alone. */
const LEFT = [
  ["BAD_REQUEST", "BAD_SCHEME", "HEADERS_TOO_LARGE", "HEAD_TOO_SLOW", "IDEMPOTENCY_KEY_REUSED", "INVALID_PERSONAL_TOKEN", "MALFORMED_JSON"],
  ["METHOD_NOT_ALLOWED", "NOT_ACCEPTABLE", "NOT_PERMITTED", "PUSH_TOKEN_UNKNOWN", "SCOPE_MISSING", "UNSUPPORTED_MEDIA_TYPE", "UPGRADE_REQUIRED"],
  ["URI_TOO_LONG", "IMPOSSIBLE_PROFILE", "UNUSABLE_COOKIES", "INVALID_TEMPLATE", "NOT_REQUESTABLE"],
].flat();

test.each(Object.entries(REFUSALS))("%s has words for whatever a person may be refused", (_, words) => {
  const codes = refused.codes.map(({ code }) => code).filter((code) => !LEFT.includes(code));
  expect(codes.filter((code) => !(code in words) && !(code in enWords.problems))).toEqual([]);
  expect(Object.keys(words).filter((code) => !codes.includes(code))).toEqual([]);
});

const SAID: Record<string, Record<string, string>> = { de: deRefusals.said };
/** Put together where it is said. */
const WITH_A_NAME = ["Only the owner may do this.", "Only an administrator may do this."];

test.each(Object.entries(SAID))("%s has words for sentences that the portal says as they are", (_, words) => {
  const sources = ["services", "libs"].map((name) => join(import.meta.dirname, "../../..", name));
  const said = sources
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`))
    .filter((path) => path.endsWith(".py") && path.includes("/src/"))
    .map((path) => readFileSync(path, "utf8"))
    .join("\n")
    // Long ones are written in several lines.
    .replace(/"\s*\n\s*f?"/g, "");
  expect(Object.keys(words).filter((sentence) => !said.includes(sentence) && !WITH_A_NAME.includes(sentence))).toEqual([]);
});
