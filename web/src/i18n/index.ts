import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import type en from "@/i18n/en";
import type apart from "@/i18n/en/apart";

/** A further language is a folder beside `en` and a line here; a test says what it lacks. */
const LANGUAGES_KNOWN: Record<string, { words: Part; apart: Part; refusals?: Part }> = {
  en: { words: () => import("@/i18n/en"), apart: () => import("@/i18n/en/apart") },
  de: { words: () => import("@/i18n/de"), apart: () => import("@/i18n/de/apart"), refusals: () => import("@/i18n/de/refusals.json") },
};
type Part = () => Promise<{ default: object }>;
export const LANGUAGES = Object.keys(LANGUAGES_KNOWN);
const KEPT = "medianest-language";
const learnt = new Set<Part>();
let isApart = false;
let hasBegun = false;

type Everyday = typeof en;
type Apart = typeof apart;
interface All extends Everyday, Apart {}

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: All };
  }
}

export async function speak(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await change(localStorage.getItem(KEPT) ?? preferred());
}

/** As the person has chosen, on this device from now on. */
export async function speakIn(language: string): Promise<void> {
  localStorage.setItem(KEPT, await change(language));
}

/** As the person has chosen on another device, unless another language was chosen on this one. */
export async function speakTo(locale: string | null | undefined): Promise<void> {
  if (locale && !localStorage.getItem(KEPT)) await change(locale.split("-")[0] ?? locale);
}

/** What only a few screens say: their routes wait for it. */
export async function speakApart(): Promise<void> {
  isApart = true;
  await learn(i18next.language);
}

/** What the portal says when it refuses something, which it says in English itself. Nobody waits for it. */
export async function speakOfRefusals(): Promise<void> {
  hasBegun = true;
  await learn(i18next.language);
}

async function learn(language: string): Promise<void> {
  const { words, apart, refusals } = LANGUAGES_KNOWN[language]!;
  for (const part of [words, isApart && apart, hasBegun && refusals]) {
    if (!part || learnt.has(part)) continue;
    i18next.addResourceBundle(language, "translation", (await part()).default, true);
    learnt.add(part);
  }
}

async function change(language: string): Promise<string> {
  const spoken = language in LANGUAGES_KNOWN ? language : "en";
  await learn(spoken);
  await i18next.changeLanguage(spoken);
  document.documentElement.lang = spoken;
  return spoken;
}

function preferred(): string {
  return navigator.languages.map((each) => each.split("-")[0] ?? "").find((each) => LANGUAGES.includes(each)) ?? "en";
}
