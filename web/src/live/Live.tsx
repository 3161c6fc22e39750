import { useQueryClient } from "@tanstack/react-query";
import { LiveClient, SignedOut, type LiveFrame, type LiveType, type Status } from "@medianest/live";
import { createContext, use, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";

import { api, http } from "@/api/client";
import { Problem } from "@/api/problem";
import { transport } from "@/api/transport";
import { BASE } from "@/base";
import { counted, heard, moved } from "@/live/freshness";
import { useToasts } from "@/ui/Toasts";

const OFF: Status = { phase: "stopped", carrier: null, updates: "on", retryAt: null, reason: null };

interface Feed {
  status: Status;
  states: ReadonlyMap<string, LiveFrame>;
}

const Context = createContext<Feed>({ status: OFF, states: new Map() });

/** Keeps everything below it in step with the portal for as long as it is shown. */
export function Live({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const { tell } = useToasts();
  // Another session, such as after showing once more who one is, has a stream of its own.
  const session = api.useQuery("get", "/api/v1/auth/session").data?.session.id;
  const [status, setStatus] = useState(OFF);
  const [states, setStates] = useState<ReadonlyMap<string, LiveFrame>>(new Map());

  useEffect(() => {
    let monitors: ReadonlySet<string> | null = null;
    const client = new LiveClient({
      ticket: async () => {
        try {
          const { data } = await http.POST("/api/v1/notifications/ticket");
          return data!;
        } catch (error) {
          if (error instanceof Problem && error.status === 401) throw new SignedOut();
          throw error;
        }
      },
      events: `${location.origin}${BASE}/api/v1/events`,
      fetch: (input, init) => transport(new Request(input, init)),
      reread: async () => {
        // Nobody knows what was missed in a gap, nor between what was read at first and the first word of the stream.
        await queries.invalidateQueries(undefined, { cancelRefetch: false });
      },
      onEvent: (event) => {
        heard(queries, event);
        if (!event.readAt) tell({ title: event.title, body: event.body, link: event.link });
      },
      onStates: (changed, all) => {
        moved(queries, changed);
        monitors = counted(queries, monitors, all);
        setStates(new Map(all));
      },
    });
    const leave = client.subscribe((now) => {
      setStatus(now);
      // Told to stay away: whether the session is over, and why, is for the API to say.
      if (now.phase === "stopped" && now.reason) void http.GET("/api/v1/auth/session").catch(() => undefined);
    });
    client.start();
    return () => {
      leave();
      client.stop();
    };
  }, [queries, tell, session]);

  const feed = useMemo(() => ({ status, states }), [status, states]);
  return <Context value={feed}>{children}</Context>;
}

/** States of one type as they are now, by key. */
export function useLiveStates<K extends LiveType>(type: K): LiveFrame<K>["data"][] {
  const { states } = use(Context);
  return useMemo(
    () => [...states.values()].filter((frame) => frame.type === type).map((frame) => frame.data as LiveFrame<K>["data"]),
    [states, type],
  );
}

/** What keeps this page from being up to date, if anything does. */
export function useTrouble(): "offline" | "stale" | null {
  const { status } = use(Context);
  const online = useSyncExternalStore(watchNetwork, () => navigator.onLine);
  if (!online) return "offline";
  return status.updates === "off" ? "stale" : null;
}

function watchNetwork(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}
