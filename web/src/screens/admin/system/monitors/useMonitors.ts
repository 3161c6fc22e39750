import { useQuery, type QueryKey } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, http, queries, type Schemas } from "@/api/client";
import { useLiveStates } from "@/live/Live";

type Monitor = Schemas["Monitor"];

const PATH = "/api/v1/admin/monitors";
const KEY = ["get", PATH, "all"];

async function everyMonitor(signal: AbortSignal): Promise<Monitor[]> {
  const all: Monitor[] = [];
  let cursor: string | null = null;
  do {
    const page: Schemas["PageOfMonitor"] = (await http.GET(PATH, { params: { query: { limit: 100, cursor } }, signal })).data!;
    all.push(...page.items);
    cursor = page.nextCursor ?? null;
  } while (cursor);
  return all;
}

/** All of them, each as it is at this moment. */
export function useMonitors() {
  const monitors = useQuery({ queryKey: KEY, queryFn: ({ signal }) => everyMonitor(signal) });
  const live = useLiveStates("monitor.changed");
  const now = useMemo(() => withStandings(monitors.data ?? [], live), [monitors.data, live]);
  return { ...monitors, monitors: now };
}

export function useGroups() {
  return api.useQuery("get", "/api/v1/admin/monitors/groups");
}

export function withStandings(monitors: readonly Monitor[], live: readonly Schemas["MonitorStatus"][]): Monitor[] {
  const standings = new Map(live.map((each) => [each.id, each]));
  return monitors.map((each) => {
    const now = standings.get(each.id);
    // What was heard before the list was read may be older than the list.
    return now && (now.lastCheckAt ?? "") >= (each.standing.lastCheckAt ?? "") ? { ...each, standing: now } : each;
  });
}

const CONCERNED = ["/api/v1/admin/monitors", "/api/v1/services/", "/api/v1/dashboard/", "/api/v1/admin/incidents", "/api/v1/admin/status-pages"];
const isConcerned = (key: QueryKey) => CONCERNED.some((path) => String(key[1]).startsWith(path));

/** Whatever shows monitors is read again. */
export function monitorsChanged(): Promise<void> {
  return queries.invalidateQueries({ predicate: ({ queryKey }) => isConcerned(queryKey) });
}

/** Shows the order at once, tells the portal, and puts it back where that fails. */
export async function reorder(ids: readonly string[]): Promise<void> {
  await queries.cancelQueries({ queryKey: KEY });
  const before = queries.getQueryData<Monitor[]>(KEY);
  queries.setQueryData<Monitor[]>(KEY, (known) => known && inOrder(known, ids));
  try {
    await http.PUT("/api/v1/admin/monitors/order", { body: { ids: [...ids] } });
  } catch (error) {
    queries.setQueryData(KEY, before);
    void monitorsChanged();
    throw error;
  }
}

export async function reorderGroups(ids: readonly string[]): Promise<void> {
  const key = api.queryOptions("get", "/api/v1/admin/monitors/groups").queryKey;
  await queries.cancelQueries({ queryKey: key });
  const before = queries.getQueryData(key);
  queries.setQueryData<Schemas["MonitorGroups"]>(key, (known) => known && { items: inOrder(known.items, ids) });
  try {
    await http.PUT("/api/v1/admin/monitors/groups/order", { body: { ids: [...ids] } });
  } catch (error) {
    queries.setQueryData(key, before);
    void monitorsChanged();
    throw error;
  }
}

function inOrder<T extends { id: string }>(things: readonly T[], ids: readonly string[]): T[] {
  const places = new Map(ids.map((id, place) => [id, place]));
  return [...things].sort((one, other) => (places.get(one.id) ?? things.length) - (places.get(other.id) ?? things.length));
}
