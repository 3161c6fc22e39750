import type { Schemas } from "@/api/client";

export type Preferences = Schemas["Preferences"];
export type Mode = Schemas["Mode"];
type Type = Schemas["NotificationType"];

/** The inbox knows only on and off; elsewhere several may come together. */
export const MODES: Mode[] = ["now", "digest", "daily", "off"];

export function modeOf(preferences: Preferences, type: Type, channelId: string | null): Mode {
  return preferences.rows.find((row) => row.type === type)?.cells.find((cell) => cell.channelId === channelId)?.mode ?? "off";
}

export function withMode(preferences: Preferences, type: Type, channelId: string | null, mode: Mode): Preferences {
  return {
    ...preferences,
    rows: preferences.rows.map((row) =>
      row.type === type ? { ...row, cells: row.cells.map((cell) => (cell.channelId === channelId ? { ...cell, mode } : cell)) } : row,
    ),
  };
}

/** The whole of it, as the portal wants it: what is as it would be anyway is left to follow the default. */
export function bodyOf({ version, locale, zone, quietHours, dailyAt, rows }: Preferences): Schemas["PreferencesBody"] {
  const choices = rows.flatMap(({ type, cells }) =>
    cells
      .filter((cell) => cell.mode !== cell.default && !cell.fixed)
      .map(({ channelId, mode }) => ({ type, mode, ...(channelId && { channelId }) })),
  );
  return { version, locale, zone, quietHours, dailyAt, choices };
}

/** What the portal has saved, under what has been chosen since and is still on its way there. */
export function saved(known: Preferences | undefined, answer: Preferences, more: boolean): Preferences {
  return more && known ? { ...known, version: answer.version } : answer;
}
