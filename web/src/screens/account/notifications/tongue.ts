import i18next from "i18next";

import { api, http, queries } from "@/api/client";
import { Problem } from "@/api/problem";
import type { User } from "@/api/session";
import { bodyOf, type Preferences } from "@/screens/account/notifications/preferences";

const PATH = "/api/v1/notifications/preferences";
const KEPT = "medianest-messages";
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

type Tongue = Pick<Preferences, "locale" | "zone">;
type Chosen = Pick<User, "locale" | "timeZone">;

/** Messages to somebody who has chosen neither language nor clock come as this browser has them: a mail knows no browser.
 * Once for each person, and never into their account, where it would be chosen for all their devices. */
export async function speakLikeHere(me: User): Promise<void> {
  if (localStorage.getItem(KEPT) === me.id) return;
  try {
    const now = (await http.GET(PATH)).data!;
    const here = unchosen(now, me, { locale: i18next.language, zone: HERE });
    if (here) await http.PUT(PATH, { body: bodyOf({ ...now, ...here }) });
    if (here) await queries.invalidateQueries({ queryKey: api.queryOptions("get", PATH).queryKey });
  } catch (error) {
    // Another device was quicker, or the portal does not know the name of this clock. Whatever else it is may pass.
    if (!(error instanceof Problem && error.status < 500)) return;
  }
  localStorage.setItem(KEPT, me.id);
}

/** What messages go by from now on; null where it has been chosen. */
export function unchosen(now: Preferences, me: Chosen, here: Tongue): Tongue | null {
  if (now.version > 0 || (me.locale && me.timeZone)) return null;
  return { locale: me.locale ?? here.locale, zone: me.timeZone ?? here.zone };
}

/** Somebody has chosen another language or clock for the page: messages follow where they were in step with it. */
export async function follow(before: Tongue, after: Partial<Tongue>): Promise<void> {
  try {
    const now = (await http.GET(PATH)).data!;
    const next = inStep(now, before, after);
    if (next) await http.PUT(PATH, { body: bodyOf({ ...now, ...next }) });
    if (next) await queries.invalidateQueries({ queryKey: api.queryOptions("get", PATH).queryKey });
  } catch {
    // What messages go by can be seen and chosen beside their channels.
  }
}

export function inStep(now: Preferences, before: Tongue, after: Partial<Tongue>): Partial<Tongue> | null {
  if (now.version === 0) return null;
  const next = {
    ...(after.locale && languageOf(now.locale) === languageOf(before.locale) && { locale: after.locale }),
    ...(after.zone && now.zone === before.zone && { zone: after.zone }),
  };
  return Object.keys(next).length > 0 ? next : null;
}

function languageOf(locale: string): string {
  return locale.split("-")[0]!.toLowerCase();
}
