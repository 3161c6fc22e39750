// What carries the frames: a WebSocket, or server-sent events where something on the way breaks sockets.

import { SUBPROTOCOL, type ClientMessage, type ServerFrame } from "./types.js";

export interface Carrier {
  send(message: ClientMessage): void;
  /** Nothing is heard of it any more. */
  drop(): void;
}

export interface Ending {
  /** Of the WebSocket, or the status of the HTTP answer. */
  code: number;
  retryAfterMs: number | null;
}

export interface Listener {
  frame(frame: ServerFrame): void;
  /** Something came that is not a frame: the other side is alive. */
  sign(): void;
  /** Once, unless dropped. */
  ended(ending: Ending): void;
}

export type OpenSocket = (url: string, protocol: string) => WebSocket;

export function overSocket(url: string, listener: Listener, open: OpenSocket): Carrier {
  let over = false;
  const socket = open(url, SUBPROTOCOL);
  const end = (code: number): void => {
    if (over) return;
    over = true;
    listener.ended({ code, retryAfterMs: null });
  };
  socket.addEventListener("message", (message: MessageEvent<unknown>) => {
    if (!over) listener.frame(JSON.parse(String(message.data)) as ServerFrame);
  });
  socket.addEventListener("close", (event) => end(event.code));
  // Some never say `close` for a connection that was not made.
  socket.addEventListener("error", () => setTimeout(end, 0, 1006));
  return {
    send(message) {
      if (socket.readyState === 1) socket.send(JSON.stringify(message));
    },
    drop() {
      over = true;
      socket.close();
    },
  };
}

export function overEvents(url: string, listener: Listener, ask: typeof fetch): Carrier {
  const abort = new AbortController();
  const read = async (): Promise<Ending> => {
    const answer = await ask(url, {
      headers: { accept: "text/event-stream" },
      credentials: "include",
      cache: "no-store",
      signal: abort.signal,
    });
    const seconds = Number(answer.headers.get("retry-after"));
    if (!answer.ok || !answer.body) {
      return { code: answer.status, retryAfterMs: seconds > 0 ? seconds * 1000 : null };
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return { code: 1006, retryAfterMs: null };
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        listener.sign();
        const data = block.split("\n").filter((line) => line.startsWith("data: "));
        if (data.length) listener.frame(JSON.parse(data.map((line) => line.slice(6)).join("\n")) as ServerFrame);
      }
    }
  };
  read()
    .catch((): Ending => ({ code: 1006, retryAfterMs: null }))
    .then((ending) => {
      if (!abort.signal.aborted) listener.ended(ending);
    });
  return { send() {}, drop: () => abort.abort() };
}
