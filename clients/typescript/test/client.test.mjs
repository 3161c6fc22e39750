import assert from "node:assert/strict";
import { after, test } from "node:test";

import { LiveClient, SignedOut } from "../dist/index.js";
import { Page, Person, Way, changing, frida, olive, openSocket, range, until } from "./portal.mjs";

const ways = [];
const pages = [];

async function aWay() {
  const way = await Way.open();
  ways.push(way);
  return way;
}

async function aPage(person, way, options) {
  const page = await Page.live(person, way, options);
  pages.push(page);
  return page;
}

after(() => {
  for (const page of pages) page.client.stop();
  for (const way of ways) way.close();
});

test("a page reads the inbox once, and then hears of somebody else's request", async () => {
  const page = await aPage(olive, await aWay());
  const { head } = page.rereads[0];
  assert.deepEqual(page.rereads, [{ reason: "first", head }]);
  const request = await frida.ask();
  const event = await until(() => page.events.find((e) => e.type === "request.created"));
  assert.equal(event.data.requestId, request.id);
  assert.equal(event.seq, head + 1);
  assert.deepEqual(page.client.position, { epoch: page.client.position.epoch, seq: head + 1 });
  assert.equal(page.client.status.updates, "on");
});

test("ten cuts in a row lose nothing and double nothing, with or without news (socket.io#5282, #5538, #4880)", async () => {
  const way = await aWay();
  const page = await aPage(olive, way);
  const from = page.client.position.seq;
  let asked = 0;
  for (let cut = 1; cut <= 10; cut += 1) {
    const lives = page.history.filter((s) => s.phase === "live").length;
    way.cut();
    for (let n = 0; n < cut % 3; n += 1, asked += 1) await frida.ask();
    await until(() => page.history.filter((s) => s.phase === "live").length > lives);
  }
  await until(() => page.events.length === asked);
  assert.deepEqual(page.seqs, range(from + 1, from + asked));
  assert.equal(new Set(page.events.map((e) => e.id)).size, asked);
  assert.equal(page.rereads.length, 1, "no gap");
});

test("a position of another history is a gap, read again until it succeeds, and what comes meanwhile waits", async () => {
  const way = await aWay();
  const page = new Page(olive, way, { position: { epoch: "of-before-the-restore", seq: 3 } });
  pages.push(page);
  page.failReads = 2;
  page.client.start();
  await until(() => page.items);
  assert.deepEqual(new Set(page.rereads.map((why) => why.reason)), new Set(["gap"]));
  assert.equal(page.rereads.length, 3);
  await until(() => page.client.position.epoch !== "of-before-the-restore");
  const at = page.client.position.seq;
  await frida.ask();
  await until(() => page.events.length === 1);
  assert.deepEqual(page.seqs, [at + 1]);
});

test("where sockets are blocked the same comes as server-sent events (ntfy#294), and the socket again later", async () => {
  const way = await aWay();
  way.mode = "no sockets";
  const page = await aPage(olive, way, { waits: { socketAgain: 1_500 } });
  assert.equal(page.client.status.carrier, "events");
  const from = page.client.position.seq;
  await frida.ask();
  await until(() => page.events.length === 1);
  way.cut();
  await frida.ask();
  await until(() => page.events.length === 2);
  way.mode = "open";
  await until(() => page.client.status.carrier === "socket" && page.client.status.phase === "live");
  await frida.ask();
  await until(() => page.events.length === 3);
  assert.deepEqual(page.seqs, range(from + 1, from + 3));
});

test("where nothing comes through the page can say so, reads now and then, and is whole afterwards", async () => {
  const way = await aWay();
  const page = await aPage(olive, way, { waits: { poll: 100 } });
  const from = page.client.position.seq;
  way.mode = "shut";
  way.cut();
  await until(() => page.client.status.updates === "off");
  await frida.ask();
  await until(() => page.rereads.some((why) => why.reason === "poll"));
  way.mode = "open";
  await until(() => page.client.status.updates === "on" && page.client.status.phase === "live");
  await until(() => page.events.length === 1);
  assert.deepEqual(page.seqs, [from + 1]);
  const polls = page.rereads.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(page.rereads.length, polls, "no more polling once it is live");
});

test("a connection that has gone silent is noticed and replaced (gotify#82, gotify/android#360)", async () => {
  const way = await aWay();
  const open = changing((frame) => [frame.t === "hello" ? { ...frame, heartbeatMs: 300 } : frame]);
  const page = await aPage(olive, way, { open });
  const from = page.client.position.seq;
  way.mode = "silent";
  await frida.ask();
  await until(() => page.client.status.phase !== "live");
  way.mode = "open";
  await until(() => page.events.length === 1);
  assert.deepEqual(page.seqs, [from + 1]);
});

test("a new ticket is sent before the old sign-in ends", async () => {
  const heard = [];
  const open = changing((frame) => {
    heard.push(frame.t);
    if (frame.t !== "auth_ok") return [frame];
    return [frame, { t: "refresh_soon", expiresAt: new Date().toISOString() }];
  });
  const page = await aPage(olive, await aWay(), { open });
  await until(() => heard.includes("refreshed"));
  assert.equal(page.client.status.phase, "live");
});

test("whoever is signed out is told, and does not come back", async () => {
  const leaver = new Person(process.env.LEAVER_TOKEN);
  const page = await aPage(leaver, await aWay());
  await leaver.post("/auth/logout", { allSessions: false });
  await until(() => page.client.status.phase === "stopped");
  assert.equal(page.client.status.reason, "You were signed out.");
  assert.equal(page.client.status.updates, "off");
  const attempts = page.history.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(page.history.length, attempts);
});

test("the oldest of too many pages gives way and says why", async () => {
  const way = await aWay();
  const crowd = new Person(process.env.CROWD_TOKEN);
  const first = await aPage(crowd, way);
  for (let n = 0; n < 10; n += 1) await aPage(crowd, way);
  await until(() => first.client.status.phase === "stopped");
  assert.match(first.client.status.reason, /More than 10/);
});

test("nobody signed in: it stops and is not a bother", async () => {
  const client = new LiveClient({
    ticket: async () => {
      throw new SignedOut();
    },
    reread: async () => undefined,
    onEvent: () => undefined,
  });
  client.start();
  await until(() => client.status.phase === "stopped");
  assert.equal(client.status.reason, "signed out");
});

test("waits double up to the longest, and each is anything between nothing and that", async () => {
  for (const share of [1, 0.5]) {
    const waits = [];
    // What is told is told at once, however long the machine takes over it.
    const { now } = Date;
    const told = now();
    Date.now = () => told;
    const client = new LiveClient({
      ticket: async () => {
        throw new Error("the server is not there");
      },
      reread: async () => undefined,
      onEvent: () => undefined,
      open: openSocket,
      random: () => share,
      waits: { first: 20, longest: 100 },
    });
    client.subscribe((status) => {
      if (status.phase === "waiting") waits.push(status.retryAt - Date.now());
    });
    client.start();
    try {
      await until(() => waits.length === 5);
    } finally {
      Date.now = now;
      client.stop();
    }
    const expected = [20, 40, 80, 100, 100].map((most) => most * share);
    waits.forEach((wait, n) => assert.ok(Math.abs(wait - expected[n]) <= 2, `${waits} instead of ${expected}`));
  }
});

test("passing states are there at once after every reconnect, and only those that still are", async () => {
  const told = [];
  const way = await aWay();
  const page = await aPage(olive, way, { onStates: (changed) => told.push(...changed) });
  const monitors = () => [...page.client.states.values()].filter((state) => state.type === "monitor.changed");
  await until(() => monitors().some((state) => state.data.name === "Plex"));
  const before = monitors().length;
  way.cut();
  const already = told.length;
  await until(() => told.length >= already + before && page.client.status.phase === "live");
  // One that is looked at for the first time meanwhile may have joined them.
  const names = monitors().map((state) => state.data.name);
  assert.ok(names.length >= before);
  assert.equal(new Set(names).size, names.length);
});
