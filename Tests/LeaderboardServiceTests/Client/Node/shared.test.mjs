// The WebSocket that several live standings share, by a WebSocket and a service that are made here.

import assert from "node:assert/strict";
import { test } from "node:test";

const sockets = [];
globalThis.WebSocket = class {
  readyState = 0;
  sent = [];
  constructor(url) {
    Object.assign(this, { url });
    sockets.push(this);
  }
  send(text) {
    assert.equal(this.readyState, 1);
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  break() {
    this.readyState = 3;
    this.onclose?.({ code: 1006 });
  }
};
const { Leaderboard } = await import("../../../../Sources/LeaderboardPage/Client/client.js");
const { SharedSockets } = await import("../../../../Sources/LeaderboardPage/Client/client/shared.js");

const url = "http://a/api/v1/live";
const turn = () => new Promise((resume) => setImmediate(resume));
const subOf = (socket, board) => socket.sent.findLast(({ subscribe }) => subscribe?.board === board)?.subscribe.sub;

/** Notes what it is told. */
function listener() {
  const told = [];
  return { told, received: (text) => told.push(JSON.parse(text).type), lost: () => told.push("lost") };
}

function fresh() {
  sockets.length = 0;
  return new SharedSockets();
}

test("live standings of one service share a socket, each with its own; one alone has one to itself", async () => {
  sockets.length = 0;
  const fetch = async () => new Response('{"order":"desc","ties":"id"}');
  const alone = new Leaderboard("http://a", { fetch }).board("x").live();
  const leaderboard = new Leaderboard("http://a", { fetch });
  const [main, cup] = [leaderboard.board("main").live({ rows: 3 }), leaderboard.board("cup").live({ window: "weekly", include: "metadata" })];
  while (sockets.length < 2) await turn();
  await turn();
  assert.deepEqual(sockets.map((socket) => socket.url), ["ws://a/api/v1/boards/x/live", "ws://a/api/v1/live"]);
  const socket = sockets[1];
  assert.deepEqual(socket.sent, []);
  socket.open();
  assert.deepEqual(socket.sent.map(({ subscribe: { sub, ...wish } }) => wish), [
    { board: "main", cursor: null }, { board: "cup", window: "weekly", include: "metadata", cursor: null },
  ]);
  const [a, b] = ["main", "cup"].map((board) => subOf(socket, board));
  socket.say({ sub: a, type: "snapshot", board: "main", cursor: "e:4", scoreboard: [{ user_id: "ada", score: 7 }] });
  socket.say({ sub: b, type: "snapshot", board: "cup", cursor: "f:9", scoreboard: [] });
  socket.say({ sub: a, type: "changes", board: "main", cursor: "e:5", from: 5, changes: [{ user_id: "bob", score: 9, score_increase: 9, seq: 5 }] });
  assert.deepEqual(main.standings.rows.map(({ user_id, rank }) => [user_id, rank]), [["bob", 1], ["ada", 2]]);
  assert.deepEqual(cup.standings.rows, []);
  assert.deepEqual([main.state.name, cup.state.name], ["live", "live"]);
  // What breaks is come back to from where each was.
  socket.break();
  assert.deepEqual([main.state.name, cup.state.name], ["waiting", "waiting"]);
  while (sockets.length < 3) await new Promise((resume) => setTimeout(resume, 5));
  sockets[2].open();
  while (sockets[2].sent.length < 2) await new Promise((resume) => setTimeout(resume, 5));
  assert.deepEqual(Object.fromEntries(sockets[2].sent.map(({ subscribe: { board, cursor } }) => [board, cursor])), { main: "e:5", cup: "f:9" });
  assert.equal(sockets.length, 3);
  main.close();
  assert.deepEqual(sockets[2].sent.at(-1), { unsubscribe: { sub: subOf(sockets[2], "main") } });
  assert.equal(sockets[2].readyState, 1);
  cup.close();
  assert.equal(sockets[2].readyState, 3);
  alone.close();
});

test("a board that is refused is asked for by a stream, which says why; the others go on", async () => {
  sockets.length = 0;
  const fetch = async (url) => (url.includes("/nobody/events")
    ? new Response('{"code":"board_not_found","message":"No."}', { status: 404 }) : new Response('{"order":"desc","ties":"id"}'));
  const leaderboard = new Leaderboard("http://a", { fetch });
  const [main, nobody] = [leaderboard.board("main").live(), leaderboard.board("nobody").live()];
  while (sockets.length < 1) await turn();
  await turn();
  sockets[0].open();
  sockets[0].say({ sub: subOf(sockets[0], "nobody"), type: "error", error: { code: "board_not_found", message: "No." } });
  while (nobody.state.name !== "ended") await turn();
  assert.deepEqual([nobody.state.error.status, nobody.state.error.code], [404, "board_not_found"]);
  assert.equal(main.state.name, "connecting");
  main.close();
});

test("a token is shown first, and each has a socket of its own", () => {
  const shared = fresh();
  for (const token of ["t", undefined, "t", "u"]) shared.open(url, token, { board: "guild" }, listener());
  assert.equal(sockets.length, 3);
  for (const socket of sockets) socket.open();
  assert.deepEqual(sockets.map(({ sent }) => sent.map((message) => message.token ?? message.subscribe.board)), [["t", "guild", "guild"], ["guild"], ["u", "guild"]]);
  assert.ok(sockets.every((socket) => !socket.url.includes("?")));
});

test("a socket has 50 subscriptions, those that are ended among them until the service says so", () => {
  const shared = fresh();
  const ends = Array.from({ length: 50 }, (_, number) => shared.open(url, undefined, { board: `b${number}` }, listener()));
  sockets[0].open();
  assert.equal(sockets[0].sent.length, 50);
  ends[0]();
  shared.open(url, undefined, { board: "more" }, listener());
  assert.equal(sockets.length, 2);
});

test("however fast boards come and go, the service's bound of messages is kept, and nobody is lost", () => {
  const shared = fresh();
  const open = new Map();
  for (let step = 0; step < 1_000; step += 1) {
    const board = `b${step % 40}`;
    open.get(board)?.();
    open.set(board, shared.open(url, undefined, { board }, listener()));
    for (const socket of sockets) {
      if (socket.readyState === 0) socket.open();
      const unsubscribe = socket.sent.at(-1)?.unsubscribe;
      if (unsubscribe) socket.say({ sub: unsubscribe.sub, type: "end" });
    }
  }
  assert.ok(Math.max(...sockets.map(({ sent }) => sent.length)) <= 100);
  const followed = sockets.filter(({ readyState }) => readyState === 1).flatMap(({ sent }) => {
    const left = new Set(sent.map(({ unsubscribe }) => unsubscribe?.sub));
    return sent.filter(({ subscribe }) => subscribe && !left.has(subscribe.sub)).map(({ subscribe }) => subscribe.board);
  });
  assert.deepEqual(new Set(followed), new Set(open.keys()));
  for (const end of open.values()) end();
  assert.ok(sockets.every(({ readyState }) => readyState === 3));
});

test("an end or an error is of one alone, a line that breaks of all, and who has left hears nothing", () => {
  const shared = fresh();
  const [a, b, c] = [listener(), listener(), listener()];
  shared.open(url, undefined, { board: "a" }, a);
  shared.open(url, undefined, { board: "b" }, b);
  const leave = shared.open(url, undefined, { board: "c" }, c);
  const [socket] = sockets;
  socket.open();
  leave();
  socket.say({ sub: subOf(socket, "c"), type: "snapshot" });
  socket.say({ sub: subOf(socket, "a"), type: "snapshot" });
  socket.say({ sub: subOf(socket, "a"), type: "end", error: { code: "board_not_found" } });
  socket.say({ sub: subOf(socket, "a"), type: "snapshot" });
  socket.say({ type: "error", error: { code: "invalid_message" } });
  socket.say({ sub: "unheard-of", type: "snapshot" });
  assert.deepEqual([a.told, b.told, c.told], [["snapshot", "lost"], [], []]);
  socket.break();
  assert.deepEqual([a.told, b.told, c.told], [["snapshot", "lost"], ["lost"], []]);
  // It is no more: the next has another.
  shared.open(url, undefined, { board: "a" }, a);
  assert.equal(sockets.length, 2);
});

test("a line that does not answer is given up", () => {
  // Node 18 cannot mock timers by itself.
  const { setTimeout, clearTimeout } = globalThis;
  let now = 0;
  const timers = new Map();
  globalThis.setTimeout = (action, delay) => (timers.set(timers.size + 1, [now + delay, action]), timers.size);
  globalThis.clearTimeout = (timer) => timers.set(timer, [Infinity]);
  const pass = (time) => {
    now += time;
    for (const [timer, [due, action]] of timers) if (due <= now) timers.set(timer, [Infinity]), action();
  };
  try {
    const shared = fresh();
    const [a, b] = [listener(), listener()];
    shared.open(url, undefined, { board: "a" }, a);
    shared.open(url, undefined, { board: "b" }, b);
    const [socket] = sockets;
    socket.open();
    pass(7_900);
    socket.say({ sub: subOf(socket, "a"), type: "snapshot" });
    pass(60_000);
    assert.deepEqual([a.told, b.told, socket.readyState], [["snapshot"], [], 1]);
    shared.open(url, undefined, { board: "c" }, listener());
    pass(8_100);
    assert.deepEqual([a.told, b.told, socket.readyState], [["snapshot", "lost"], ["lost"], 3]);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
});
