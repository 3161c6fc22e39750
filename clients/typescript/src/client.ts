// Keeps a page in step with the portal: every event once and in order, across whatever happens to the connection.

import { overEvents, overSocket, type Carrier, type Ending, type OpenSocket } from "./carriers.js";
import { Inbox, type Position, type Reread } from "./inbox.js";
import type { Bye, EventFrame, LiveFrame, ServerFrame, SocketTicket } from "./types.js";

/** To be thrown by `ticket` when nobody is signed in any more: the client stops. */
export class SignedOut extends Error {}

export interface Status {
  /** `waiting`: until `retryAt`. `stopped`: it does not come back by itself, and `reason` says why. */
  phase: "stopped" | "connecting" | "live" | "waiting";
  carrier: "socket" | "events" | null;
  /** `off` is for a page to show: "live updates off". */
  updates: "on" | "off";
  /** Milliseconds since 1970. */
  retryAt: number | null;
  reason: string | null;
}

export interface Waits {
  first: number;
  longest: number;
  /** So long live, and the next wait is the first again. */
  healthy: number;
  /** For the server to say where things stand. */
  welcome: number;
  /** For a sign of life after a ping. */
  probe: number;
  /** Between two looks at the inbox over REST while live updates are off. */
  poll: number;
  /** Over server-sent events, until the socket is tried again. */
  socketAgain: number;
}

export interface LiveOptions {
  /** POST /api/v1/notifications/ticket, with whatever the page signs its requests with. */
  ticket: () => Promise<SocketTicket>;
  /** Read the inbox over REST: at first, after a gap, and now and then while live updates are off. */
  reread: (why: Reread) => Promise<void>;
  onEvent: (event: EventFrame) => void;
  /** Those that have changed, and all as they are now, by key. */
  onStates?: (changed: readonly LiveFrame[], all: ReadonlyMap<string, LiveFrame>) => void;
  /** To be kept over a reload of the page, if wanted. */
  onPosition?: (position: Position) => void;
  position?: Position | null;
  /** Address of GET /api/v1/events. Without one there is nothing to fall back on. */
  events?: string;
  /** For `events`; the page's own, if it renews what has expired. */
  fetch?: typeof fetch;
  /** Instead of the address that comes with the ticket. */
  url?: string;
  open?: OpenSocket;
  waits?: Partial<Waits>;
  random?: () => number;
}

const WAITS: Waits = {
  first: 1_000,
  longest: 30_000,
  healthy: 60_000,
  welcome: 15_000,
  probe: 5_000,
  poll: 60_000,
  socketAgain: 300_000,
};
/** Bad message, revoked, one too many: coming back would not help. */
const FINAL = new Set([4400, 4403, 4409]);
const SIGNED_OUT = new Set([401, 403]);
const HEARTBEAT_MS = 25_000;
const MISSED = 2.2;
const BLOCKED_AFTER = 2;

export class LiveClient {
  readonly #options: LiveOptions;
  readonly #waits: Waits;
  readonly #inbox: Inbox;
  readonly #states = new Map<string, LiveFrame>();
  readonly #listeners = new Set<(status: Status) => void>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #status: Status = { phase: "stopped", carrier: null, updates: "on", retryAt: null, reason: null };
  #carrier: Carrier | null = null;
  /** Each attempt has its own, so that what is late for one does not disturb the next. */
  #attempt = 0;
  #failures = 0;
  #socketFailures = 0;
  #greeted = false;
  #heartbeat = HEARTBEAT_MS;
  #bye: Bye | null = null;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#waits = { ...WAITS, ...options.waits };
    this.#inbox = new Inbox({
      position: options.position ?? null,
      reread: options.reread,
      onEvent: options.onEvent,
      onPosition: options.onPosition ?? (() => undefined),
      onTrouble: () => this.#again(null),
    });
  }

  get status(): Status {
    return this.#status;
  }

  get position(): Position | null {
    return this.#inbox.position;
  }

  get states(): ReadonlyMap<string, LiveFrame> {
    return this.#states;
  }

  /** Called at once and at every change; returns what ends it. */
  subscribe(listener: (status: Status) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#status);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.#status.phase !== "stopped") return;
    this.#failures = this.#socketFailures = 0;
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.document?.addEventListener("visibilitychange", this.#wake);
    void this.#connect();
  }

  stop(reason: string | null = null): void {
    this.#leave();
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.document?.removeEventListener("visibilitychange", this.#wake);
    this.#show({ phase: "stopped", carrier: null, updates: reason ? "off" : "on", retryAt: null, reason });
  }

  readonly #wake = (): void => {
    if (globalThis.document?.visibilityState === "hidden") return;
    if (this.#status.phase === "waiting") void this.#connect();
    else if (this.#status.phase === "live" && this.#status.carrier === "socket") {
      // A machine that has slept may hold a connection that is long dead.
      this.#carrier?.send({ t: "ping" });
      this.#after("watchdog", this.#waits.probe, () => this.#again(null));
    }
  };

  async #connect(): Promise<void> {
    const attempt = this.#leave();
    const blocked = this.#options.events !== undefined && this.#socketFailures >= BLOCKED_AFTER;
    this.#show({ phase: "connecting", carrier: blocked ? "events" : "socket", retryAt: null });
    this.#greeted = false;
    this.#bye = null;
    this.#heartbeat = HEARTBEAT_MS;
    this.#after("welcome", this.#waits.welcome, () => this.#ended({ code: 1006, retryAfterMs: null }));
    const listener = {
      frame: (frame: ServerFrame) => attempt === this.#attempt && this.#heard(frame),
      sign: () => attempt === this.#attempt && this.#alive(),
      ended: (ending: Ending) => attempt === this.#attempt && this.#ended(ending),
    };
    if (blocked) {
      this.#carrier = overEvents(this.#eventsUrl(), listener, this.#options.fetch ?? fetch.bind(globalThis));
      return;
    }
    try {
      const ticket = await this.#options.ticket();
      if (attempt !== this.#attempt) return;
      this.#ticket = ticket.ticket;
      const open = this.#options.open ?? ((url, protocol) => new WebSocket(url, protocol));
      this.#carrier = overSocket(this.#options.url ?? ticket.url, listener, open);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error instanceof SignedOut) this.stop("signed out");
      else this.#again(null);
    }
  }

  #ticket = "";

  #eventsUrl(): string {
    const position = this.#inbox.position;
    if (!position) return this.#options.events ?? "";
    return `${this.#options.events}?lastEventId=${encodeURIComponent(`${position.epoch}:${position.seq}`)}`;
  }

  #heard(frame: ServerFrame): void {
    this.#alive();
    switch (frame.t) {
      case "hello": {
        this.#greeted = true;
        this.#heartbeat = frame.heartbeatMs;
        const at = this.#inbox.position;
        this.#carrier?.send({ t: "auth", ticket: this.#ticket, epoch: at?.epoch ?? null, lastSeq: at?.seq ?? null });
        break;
      }
      case "auth_ok":
        this.#clear("welcome");
        if (this.#status.carrier === "socket") this.#socketFailures = 0;
        else this.#after("socketAgain", this.#waits.socketAgain, () => this.#trySocket());
        this.#clear("poll");
        this.#after("healthy", this.#waits.healthy, () => (this.#failures = 0));
        this.#show({ phase: "live", updates: "on", reason: null });
        this.#inbox.welcome(frame);
        break;
      case "event":
        this.#inbox.take(frame);
        break;
      case "gap":
        this.#inbox.gap(frame);
        break;
      case "live":
        this.#states.set(frame.key, frame);
        this.#options.onStates?.([frame], this.#states);
        break;
      case "snapshot":
        if (frame.complete) {
          for (const [key, state] of this.#states) if (state.type === frame.type) this.#states.delete(key);
        }
        for (const state of frame.states) this.#states.set(state.key, state);
        this.#options.onStates?.(frame.states, this.#states);
        break;
      case "ping":
        this.#carrier?.send({ t: "pong" });
        break;
      case "refresh_soon":
        void this.#refresh(this.#attempt);
        break;
      case "bye":
        this.#bye = frame;
        break;
      default:
      // Of a newer server: what is not known is not needed.
    }
  }

  #alive(): void {
    this.#after("watchdog", MISSED * this.#heartbeat, () => this.#again(null));
  }

  async #refresh(attempt: number): Promise<void> {
    try {
      const { ticket } = await this.#options.ticket();
      if (attempt === this.#attempt) this.#carrier?.send({ t: "refresh", ticket });
    } catch {
      // The stream ends by itself then, and what follows is decided there.
    }
  }

  #trySocket(): void {
    this.#socketFailures = BLOCKED_AFTER - 1;
    void this.#connect();
  }

  #ended(ending: Ending): void {
    const bye = this.#bye;
    const code = bye?.code ?? ending.code;
    if (FINAL.has(code)) {
      this.stop(bye?.reason ?? `closed with ${code}`);
      return;
    }
    if (this.#status.carrier === "events" && SIGNED_OUT.has(code)) {
      this.stop("signed out");
      return;
    }
    if (this.#status.carrier === "socket" && !this.#greeted) {
      this.#socketFailures += 1;
      if (this.#socketFailures === BLOCKED_AFTER && this.#options.events !== undefined) {
        void this.#connect();
        return;
      }
    }
    this.#again(bye?.retryMs ?? ending.retryAfterMs, bye?.reason ?? null);
  }

  /** Come back after `wait`, or after one of our own choice: anything up to twice the last, so that not all come at once. */
  #again(wait: number | null, reason: string | null = null): void {
    const { carrier, phase } = this.#status;
    if (phase === "stopped") return;
    this.#leave();
    this.#failures += 1;
    const most = Math.min(this.#waits.longest, this.#waits.first * 2 ** Math.min(this.#failures - 1, 20));
    const ms = wait ?? most * (this.#options.random ?? Math.random)();
    const updates = this.#failures > 1 ? "off" : this.#status.updates;
    this.#show({ phase: "waiting", carrier, updates, retryAt: Date.now() + ms, reason });
    this.#after("retry", ms, () => void this.#connect());
    if (updates === "off") this.#pollLater();
  }

  #pollLater(): void {
    if (this.#timers.has("poll")) return;
    this.#after("poll", this.#waits.poll, () => {
      if (this.#status.phase === "live" || this.#status.phase === "stopped") return;
      this.#options.reread({ reason: "poll" }).catch(() => undefined);
      this.#pollLater();
    });
  }

  /** Ends what is there and returns the number of what may follow. */
  #leave(): number {
    for (const name of [...this.#timers.keys()]) if (name !== "poll") this.#clear(name);
    this.#carrier?.drop();
    this.#carrier = null;
    this.#inbox.disconnected();
    return (this.#attempt += 1);
  }

  #after(name: string, ms: number, run: () => void): void {
    this.#clear(name);
    this.#timers.set(
      name,
      setTimeout(() => {
        this.#timers.delete(name);
        run();
      }, ms),
    );
  }

  #clear(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  #show(changes: Partial<Status>): void {
    this.#status = { ...this.#status, ...changes };
    if (this.#status.phase === "stopped") this.#clear("poll");
    for (const listener of this.#listeners) listener(this.#status);
  }
}
