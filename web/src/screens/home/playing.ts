import type { Schemas } from "@/api/client";

type Session = Schemas["PlaySession"];

/** What is being watched: as it was read, with what has been heard since. What has stopped is gone. */
export function playing(read: readonly Session[], heard: readonly Session[]): Session[] {
  const sessions = new Map(read.map((each) => [each.id, each]));
  for (const each of heard) {
    const known = sessions.get(each.id);
    if (!known || known.seenAt <= each.seenAt) sessions.set(each.id, each);
  }
  return [...sessions.values()].filter((each) => each.state !== "stopped").sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

/** Show, season and episode in the order people say them. */
export function nameOf(item: Session["item"]): string {
  if (item.topTitle && item.parentIndex !== null && item.index !== null)
    return `${item.topTitle} · ${item.parentIndex}×${String(item.index).padStart(2, "0")} ${item.title}`;
  return [item.topTitle ?? item.parentTitle, item.title].filter(Boolean).join(" · ");
}
