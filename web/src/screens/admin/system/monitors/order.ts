import type { Schemas } from "@/api/client";

type Monitor = Schemas["Monitor"];
type Group = Schemas["MonitorGroup"];

export interface Section {
  /** Null for those in no group; they come last. */
  group: Group | null;
  monitors: Monitor[];
}

/** As they are shown: by group, and within each in their order. Groups without any are there, too. */
export function sectionsOf(groups: readonly Group[], monitors: readonly Monitor[]): Section[] {
  const known = new Set(groups.map(({ id }) => id));
  const sections: Section[] = groups.map((group) => ({ group, monitors: monitors.filter(({ groupId }) => groupId === group.id) }));
  const loose = monitors.filter(({ groupId }) => groupId === null || !known.has(groupId));
  return loose.length > 0 ? [...sections, { group: null, monitors: loose }] : sections;
}

/** The list with one of it a place further up (-1) or down (1); as it was where there is no such place. */
export function moved<T>(list: readonly T[], item: T, by: 1 | -1): T[] {
  return putAt(list, item, list.indexOf(item) + by);
}

export function putAt<T>(list: readonly T[], item: T, place: number): T[] {
  if (!list.includes(item) || place < 0 || place >= list.length) return [...list];
  const others = list.filter((each) => each !== item);
  return [...others.slice(0, place), item, ...others.slice(place)];
}

/** The order of all with these in the order given, in the places that they had: what is filtered out stays where it is. */
export function orderWith(all: readonly string[], some: readonly string[]): string[] {
  const moving = new Set(some);
  const next = some.values();
  return all.map((id) => (moving.has(id) ? next.next().value! : id));
}
