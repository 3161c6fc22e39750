// Which events a page is given: each once, in order, and never a part without saying so.

import type { AuthOk, EventFrame, Gap } from "./types.js";

/** Always as a pair: a number means nothing in another history. */
export interface Position {
  epoch: string;
  seq: number;
}

export interface Reread {
  reason: "first" | "gap" | "poll";
  /** The number of the latest entry there was; not known for a `poll`. */
  head?: number;
}

export interface InboxOptions {
  position: Position | null;
  reread: (why: Reread) => Promise<void>;
  onEvent: (event: EventFrame) => void;
  onPosition: (position: Position) => void;
  /** What is here cannot go on: connect anew. */
  onTrouble: () => void;
}

const MOST_WAITING = 1_000;
const MOST_IDS = 1_000;

export class Inbox {
  readonly #options: InboxOptions;
  readonly #ids = new Set<string>();
  #position: Position | null;
  #waiting: EventFrame[] = [];
  #rereading = false;
  #connection = 0;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#position = options.position;
  }

  get position(): Position | null {
    return this.#position;
  }

  welcome(frame: AuthOk): void {
    if (!this.#position) void this.#reread({ epoch: frame.epoch, seq: frame.head }, "first");
  }

  gap(frame: Gap): void {
    void this.#reread({ epoch: frame.epoch, seq: frame.head }, "gap");
  }

  take(event: EventFrame): void {
    if (this.#rereading) {
      this.#waiting.push(event);
      if (this.#waiting.length > MOST_WAITING) this.#options.onTrouble();
      return;
    }
    const at = this.#position;
    if (!at || event.seq <= at.seq) return;
    if (event.seq !== at.seq + 1) {
      this.#options.onTrouble();
      return;
    }
    this.#move({ epoch: at.epoch, seq: event.seq });
    if (this.#ids.has(event.id)) return;
    this.#remember(event.id);
    this.#options.onEvent(event);
  }

  disconnected(): void {
    this.#connection += 1;
    this.#rereading = false;
    this.#waiting = [];
  }

  /** The position moves only once the page has read: a read that fails is asked for again. */
  async #reread(to: Position, reason: "first" | "gap"): Promise<void> {
    const connection = this.#connection;
    this.#rereading = true;
    try {
      await this.#options.reread({ reason, head: to.seq });
    } catch {
      if (connection === this.#connection) this.#options.onTrouble();
      return;
    }
    if (connection !== this.#connection) return;
    this.#move(to);
    this.#rereading = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.take(event);
  }

  #move(position: Position): void {
    this.#position = position;
    this.#options.onPosition(position);
  }

  #remember(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size > MOST_IDS) {
      const [oldest] = this.#ids;
      if (oldest !== undefined) this.#ids.delete(oldest);
    }
  }
}
