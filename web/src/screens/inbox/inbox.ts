import type { InfiniteData } from "@tanstack/react-query";

import { http, queries, type Schemas } from "@/api/client";

export type Notice = Schemas["Notification"];
export type NoticeType = Schemas["NotificationType"];
export type Pages = InfiniteData<Schemas["PageOfNotification"], string | null>;
export type Show = "all" | "unread" | "pinned";

export const PATH = "/api/v1/notifications";

/** What is changed of one goes into every list that has it, before the portal has answered. */
export function withChange(pages: Pages | undefined, id: string, change: Partial<Notice>): Pages | undefined {
  return mapped(pages, (items) => items.map((each) => (each.id === id ? { ...each, ...change } : each)));
}

/** All that the page has shown; what came meanwhile stays unread. */
export function withAllRead(pages: Pages | undefined, upTo: number, at: string): Pages | undefined {
  return mapped(pages, (items) => items.map((each) => (each.seq <= upTo && !each.readAt ? { ...each, readAt: at } : each)));
}

function mapped(pages: Pages | undefined, change: (items: Notice[]) => Notice[]): Pages | undefined {
  return pages && { ...pages, pages: pages.pages.map((page) => ({ ...page, items: change(page.items) })) };
}

interface Day {
  /** When its newest was. */
  at: string;
  notices: Notice[];
}

/** By the calendar of this device, in the order in which they come. */
export function byDay(notices: readonly Notice[]): Day[] {
  const days: Day[] = [];
  for (const notice of notices) {
    const last = days.at(-1);
    if (last && sameDay(last.at, notice.createdAt)) last.notices.push(notice);
    else days.push({ at: notice.createdAt, notices: [notice] });
  }
  return days;
}

function sameDay(one: string, other: string): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** Those that came while somebody was reading further down wait until they are wanted. */
export function apart(notices: readonly Notice[], upTo: number | null): { shown: Notice[]; waiting: number } {
  if (upTo === null) return { shown: [...notices], waiting: 0 };
  const shown = notices.filter((each) => each.seq <= upTo);
  return { shown, waiting: notices.length - shown.length };
}

/** Changes one at once; takes it back and tells the caller where the portal refuses. */
export async function change(notice: Notice, to: Partial<Notice>, send: () => Promise<unknown>): Promise<void> {
  const before = Object.fromEntries(Object.keys(to).map((key) => [key, notice[key as keyof Notice]])) as Partial<Notice>;
  patch((pages) => withChange(pages, notice.id, to));
  try {
    await send();
  } catch (error) {
    patch((pages) => withChange(pages, notice.id, before));
    throw error;
  }
}

export function patch(how: (pages: Pages | undefined) => Pages | undefined): void {
  queries.setQueriesData<Pages>({ queryKey: ["get", PATH] }, how);
}

export function again(): void {
  void queries.invalidateQueries({ queryKey: ["get", PATH] });
  void queries.invalidateQueries({ queryKey: ["get", `${PATH}/count`] });
}

const at = (id: string) => ({ params: { path: { id } } });

export const send = {
  read: (id: string) => http.POST("/api/v1/notifications/{id}/read", at(id)),
  unread: (id: string) => http.DELETE("/api/v1/notifications/{id}/read", at(id)),
  pin: (id: string) => http.POST("/api/v1/notifications/{id}/pin", at(id)),
  unpin: (id: string) => http.DELETE("/api/v1/notifications/{id}/pin", at(id)),
  dismiss: (id: string) => http.DELETE("/api/v1/notifications/{id}", at(id)),
  readAll: (upTo: number) => http.POST("/api/v1/notifications/read-all", { body: { upTo } }),
};
