import i18next from "i18next";

import { api, http, queries } from "@/api/client";
import { Problem } from "@/api/problem";
import type { User } from "@/api/session";
import { bodyOf, type Preferences } from "@/screens/account/notifications/preferences";

const PATH = "/api/v1/notifications/preferences";
const KEPT = "medianest-messages";
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** What a browser says that would rather not say where it is. */
const NOWHERE = new Set(["UTC", "Etc/UTC", "GMT", "Etc/GMT"]);
/** Somebody else has decided, or the portal does not know the name of this clock. Whatever else it is may pass. */
const FINAL = new Set([409, 422]);
const TRIES = 3;

type Tongue = Pick<Preferences, "locale" | "zone">;
export type Chosen = Pick<User, "locale" | "timeZone">;

/** Messages to somebody who has saved nothing for them, and has not chosen both language and clock, come as this browser has
 * them: a mail knows no browser. Once for each person, and never into their account, where it would be chosen for all their devices. */
export async function speakLikeHere(me: User, zone: string = HERE): Promise<void> {
  if (localStorage.getItem(KEPT) === me.id) return;
  try {
    await save((now) => unchosen(now, me, { locale: i18next.language, zone }));
  } catch (error) {
    if (!(error instanceof Problem && FINAL.has(error.status))) return;
  }
  localStorage.setItem(KEPT, me.id);
}

/** What messages go by from now on; null where it has been chosen, or is so already. */
export function unchosen(now: Preferences, me: Chosen, here: Tongue): Tongue | null {
  if (now.version > 0 || (me.locale && me.timeZone)) return null;
  const next = { locale: me.locale ?? here.locale, zone: me.timeZone ?? (NOWHERE.has(here.zone) ? now.zone : here.zone) };
  return next.locale === now.locale && next.zone === now.zone ? null : next;
}

let last: Promise<void> = Promise.resolve();

/** Somebody has chosen another language or clock in their account: messages follow, one choice after the other. */
export function follow(before: Chosen, after: Partial<Chosen>): Promise<void> {
  last = last.then(() => followNow(before, after));
  return last;
}

async function followNow(before: Chosen, after: Partial<Chosen>): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries++) {
    try {
      await save((now) => following(now, before, after));
      return;
    } catch (error) {
      // What messages go by can be seen and chosen beside their channels.
      if (!(error instanceof Problem && error.status === 409)) return;
    }
  }
}

/** The clock in any case, which the account has for messages alone; the language unless another was chosen for messages. */
export function following(now: Preferences, before: Chosen, after: Partial<Chosen>): Partial<Tongue> | null {
  if (now.version === 0) return null;
  const next = {
    ...(after.locale && after.locale !== now.locale && isInStep(now, before) && { locale: after.locale }),
    ...(after.timeZone && after.timeZone !== now.zone && { zone: after.timeZone }),
  };
  return Object.keys(next).length > 0 ? next : null;
}

function isInStep(now: Preferences, before: Chosen): boolean {
  return !before.locale || languageOf(now.locale) === languageOf(before.locale);
}

function languageOf(locale: string): string {
  return locale.split("-")[0]!.toLowerCase();
}

async function save(how: (now: Preferences) => Partial<Tongue> | null): Promise<void> {
  const now = (await http.GET(PATH)).data!;
  const next = how(now);
  if (!next) return;
  await http.PUT(PATH, { body: bodyOf({ ...now, ...next }) });
  await queries.invalidateQueries({ queryKey: api.queryOptions("get", PATH).queryKey });
}
