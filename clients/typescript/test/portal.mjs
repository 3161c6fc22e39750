// A running portal, people in it, and a way to it that can be cut, blocked or gone silent.

import assert from "node:assert/strict";
import net from "node:net";

import { LiveClient } from "../dist/index.js";

const PORTAL = new URL(process.env.MEDIANEST_URL);
const SUBPATH = "/api/v1";
let nextFilm = Number(process.env.FIRST_FILM);

export class Person {
  constructor(token) {
    this.token = token;
  }

  fetch = (path, options = {}) => {
    const url = String(path).startsWith("http") ? path : new URL(SUBPATH + path, PORTAL);
    return fetch(url, { ...options, headers: { ...options.headers, authorization: `Bearer ${this.token}` } });
  };

  async post(path, body) {
    const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) };
    const answer = await this.fetch(path, options);
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.status === 204 ? null : answer.json();
  }

  ticket = () => this.post("/notifications/ticket");

  async inbox() {
    return (await (await this.fetch("/notifications?limit=100")).json()).items;
  }

  /** Everybody's administrators are told of it. */
  async ask() {
    return this.post("/media/request", { mediaType: "movie", tmdbId: nextFilm++ });
  }
}

export const olive = new Person(process.env.OWNER_TOKEN);
export const frida = new Person(process.env.FRIEND_TOKEN);

/** Between a client and the portal. */
export class Way {
  #server = net.createServer((client) => this.#pass(client));
  #pairs = new Set();
  mode = "open";

  static async open() {
    const way = new Way();
    await new Promise((resolve) => way.#server.listen(0, "127.0.0.1", resolve));
    return way;
  }

  get port() {
    return this.#server.address().port;
  }

  get socketUrl() {
    return `ws://localhost:${this.port}${SUBPATH}/ws`;
  }

  get eventsUrl() {
    return `http://localhost:${this.port}${SUBPATH}/events`;
  }

  get open() {
    return this.#pairs.size;
  }

  #pass(client) {
    const server = net.connect(Number(PORTAL.port), "127.0.0.1");
    const pair = [client, server];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      for (const side of pair) side.destroy();
    };
    client.once("data", (head) => {
      const upgrade = /^upgrade: websocket/im.test(head.toString("latin1"));
      if (this.mode === "shut" || (this.mode === "no sockets" && upgrade)) {
        client.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        return end;
      }
      server.write(head);
      client.on("data", (data) => this.mode !== "silent" && server.write(data));
      return undefined;
    });
    server.on("data", (data) => this.mode !== "silent" && client.write(data));
    for (const side of pair) side.on("error", end).on("close", end);
  }

  cut() {
    for (const pair of this.#pairs) for (const side of pair) side.destroy();
  }

  close() {
    this.cut();
    this.#server.close();
  }
}

/** As a browser does it, which a script has to say: it comes from the portal's own page. */
export const openSocket = (url, protocol) =>
  new WebSocket(url, { protocols: [protocol], headers: { origin: PORTAL.origin } });

/** The same, with what the server says changed on the way in. */
export function changing(change) {
  return (url, protocol) => {
    const socket = openSocket(url, protocol);
    const add = socket.addEventListener.bind(socket);
    socket.addEventListener = (type, listener) =>
      add(type, (event) => {
        if (type !== "message") return listener(event);
        for (const frame of change(JSON.parse(event.data))) listener({ data: JSON.stringify(frame) });
        return undefined;
      });
    return socket;
  };
}

/** A page: it keeps what it is told, and reads the inbox when it has to. */
export class Page {
  events = [];
  rereads = [];
  history = [];
  failReads = 0;

  constructor(person, way, options = {}) {
    this.person = person;
    this.client = new LiveClient({
      ticket: person.ticket,
      url: way.socketUrl,
      events: way.eventsUrl,
      fetch: person.fetch,
      open: openSocket,
      reread: async (why) => {
        this.rereads.push(why);
        if (this.failReads-- > 0) throw new Error("not now");
        this.items = await person.inbox();
      },
      onEvent: (event) => this.events.push(event),
      waits: { first: 20, longest: 200, ...options.waits },
      ...Object.fromEntries(Object.entries(options).filter(([name]) => name !== "waits")),
    });
    this.client.subscribe((status) => this.history.push(status));
  }

  static async live(person, way, options) {
    const page = new Page(person, way, options);
    page.client.start();
    await until(() => page.client.status.phase === "live" && page.client.position);
    return page;
  }

  get seqs() {
    return this.events.map((event) => event.seq);
  }
}

export async function until(probe, within = 60_000) {
  const deadline = performance.now() + within;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (performance.now() > deadline) assert.fail(`still not after ${within} ms: ${probe}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const range = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
