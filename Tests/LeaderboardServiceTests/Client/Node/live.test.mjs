// The live standings in Node, on a running service (URL, SECRET in the environment) behind a network that breaks.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { test } from "node:test";
import { Leaderboard } from "../../../../Sources/LeaderboardPage/Client/client.js";
import { KnownRows, rankAt } from "../../../../Sources/LeaderboardPage/Client/client/known-rows.js";

const { URL: service, SECRET: secret } = process.env;
/** Between the beats that the service of this test sends, 2 s, and what anybody waits for. */
const silence = 5_000;

function token(user, scope) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 600;
  const signed = `${part({ alg: "HS256" })}.${part({ sub: user, exp, scope })}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

async function define(board, definition) {
  const operator = new Leaderboard(service, { token: token("ops", "leaderboard:admin") });
  const answer = await fetch(operator.url(`/admin/boards/${board}`), {
    method: "PUT", headers: { ...await operator.headers(), "Content-Type": "application/json", "If-None-Match": "*" }, body: JSON.stringify(definition),
  });
  assert.ok(answer.ok, await answer.text());
}

const as = (user, url = service, options) => new Leaderboard(url, { token: token(user), ...options });
const play = (board, user, change, url, options) => as(user, url).board(board).update({ user_id: user, ...change }, options);
const truth = (board, query) => new Leaderboard(service).board(board).standings(query);
const bare = (rows) => rows.map(({ user_id, score, rank }) => ({ user_id, score, rank }));

/** Waits for standings of which something holds. */
async function until(live, holds) {
  for (;;) {
    if (live.standings && holds(live.standings)) return live.standings;
    assert.notEqual(live.state.name, "ended", live.state.error?.message);
    await new Promise((resume) => setTimeout(resume, 5));
  }
}

/** The network between a client and the service: `cut()` ends all, `stall()` lets nothing through, `open()`. */
async function network() {
  const target = new globalThis.URL(service);
  const pairs = new Set();
  let mode = "open";
  let isLosing = false;
  let accepted = 0;
  const server = net.createServer((client) => {
    accepted += 1;
    if (mode === "cut") return client.destroy();
    const upstream = net.connect(target.port, target.hostname);
    const pair = [client, upstream];
    pairs.add(pair);
    pair.forEach((socket) => socket.unref());
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      from.on("data", (bytes) => {
        if (from === upstream && isLosing) {
          isLosing = false;
          return end();
        }
        if (mode === "open") to.write(bytes);
      });
      from.on("close", () => (to.destroy(), pairs.delete(pair)));
      from.on("error", () => {});
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const end = () => pairs.forEach((pair) => pair.forEach((socket) => socket.destroy()));
  // It keeps nobody from ending.
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    get accepted() { return accepted; },
    open() { mode = "open"; },
    cut() { mode = "cut"; end(); },
    stall() { mode = "stalled"; },
    /** The next answer gets lost, its connection with it. */
    loseAnswer() { isLosing = true; },
  };
}

for (const ties of ["id", "shared", "dense", "first", "last"]) {
  for (const order of ["desc", "asc"]) {
    test(`known rows are those of the board: ${order}, ties ${ties}`, () => {
      let seed = 7;
      const random = (below) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
      const all = new Map();
      let time = 0;
      const sorted = () => [...all.values()].sort((a, b) => {
        if (a.score !== b.score) return (a.score - b.score) * (order === "asc" ? 1 : -1);
        if (ties === "first" || ties === "last") return (a.time - b.time) * (ties === "first" ? 1 : -1);
        return (a.user_id < b.user_id ? -1 : 1) * (order === "asc" ? 1 : -1);
      });
      const known = new KnownRows();
      Object.assign(known, { order: { order, ties } });
      known.reset([], 10);
      for (let step = 0; step < 3_000; step += 1) {
        const user_id = `u${random(40)}`;
        const score = random(12);
        const old = all.get(user_id);
        if (old?.score !== score) all.set(user_id, { user_id, score, time: (time += 1) });
        known.set(user_id, score, score !== (old?.score ?? 0));
        if (known.lacks(10) || step % 500 === 0) known.reset(sorted().slice(0, 10), 10);
        const top = sorted().slice(0, 10);
        assert.deepEqual(known.rows.slice(0, 10), top.map(({ user_id, score }) => ({ user_id, score })), `step ${step}`);
        const ranks = top.map((row) => (ties === "shared" ? top.findIndex(({ score }) => score === row.score)
          : ties === "dense" ? new Set(top.map(({ score }) => score)).size - new Set(top.slice(top.indexOf(row)).map(({ score }) => score)).size
          : top.indexOf(row)) + 1);
        assert.deepEqual(top.map((_, place) => rankAt(place, known.rows, ties)), ranks, `step ${step}`);
      }
    });
  }
}

test("an update whose answer gets lost counts once", async () => {
  const lossy = await network();
  await define("lossy", {});
  await as("ada", lossy.url).board("lossy").stats();
  lossy.loseAnswer();
  const { score, replayed } = await play("lossy", "ada", { score_increase: 50 }, lossy.url);
  assert.deepEqual({ score, replayed }, { score: 50, replayed: true });
  assert.ok(lossy.accepted > 1);
});

test("standings follow the board through cuts, from where they were", { timeout: 60_000 }, async () => {
  await define("cuts", { ties: "shared" });
  const line = await network();
  const snapshots = [];
  const changes = [];
  const states = new Set();
  const live = new Leaderboard(line.url).board("cuts").live({
    silence, onState: ({ name }) => states.add(name), onChanges: (some) => changes.push(...some),
    onStandings: ({ cursor }) => snapshots.push(cursor),
  });
  await until(live, ({ rows }) => rows.length === 0);
  for (const user of ["ada", "bob", "cid"]) await play("cuts", user, { score_increase: 10 });
  await until(live, ({ rows }) => rows.length === 3 && rows.every(({ rank }) => rank === 1));
  for (let round = 1; round <= 3; round += 1) {
    line.cut();
    await play("cuts", "bob", { score_increase: round });
    line.open();
    await until(live, ({ rows }) => rows[0].score === 10 + (round * (round + 1)) / 2);
  }
  // Each was told once: nothing was missed, and nothing begun anew.
  assert.deepEqual(changes.filter(({ user_id }) => user_id === "bob").map(({ score }) => score), [10, 11, 13, 16]);
  assert.deepEqual(live.standings.rows, bare(await truth("cuts")));
  assert.deepEqual([...states].sort(), ["connecting", "live", "waiting"]);
  live.close();
  assert.equal(live.state.name, "ended");
});

test("a line that fell silent is left for another", { timeout: 60_000 }, async () => {
  await define("stalls", {});
  const line = await network();
  const live = new Leaderboard(line.url).board("stalls").live({ silence });
  await until(live, ({ rows }) => rows.length === 0);
  line.stall();
  await play("stalls", "ada", { score_increase: 5 });
  const before = line.accepted;
  while (line.accepted === before) await new Promise((resume) => setTimeout(resume, 20));
  line.open();
  await until(live, ({ rows }) => rows[0]?.score === 5);
  live.close();
});

test("more rows than a snapshot has, and those who leave the board", { timeout: 60_000 }, async () => {
  await define("crowd", { operator: "set" });
  for (let number = 10; number < 40; number += 1) await play("crowd", `u${number}`, { score: number });
  const live = new Leaderboard(service).board("crowd").live({ rows: 25, silence });
  await until(live, ({ rows }) => rows.length === 25);
  // They fall behind all that is known: the rows below are asked for.
  for (let number = 20; number < 40; number += 1) await play("crowd", `u${number}`, { score: number - 19 });
  const wanted = bare(await truth("crowd", { limit: 25 }));
  await until(live, ({ rows }) => JSON.stringify(rows) === JSON.stringify(wanted));
  const gone = wanted[0].user_id;
  const operator = { Authorization: `Bearer ${token("ops", "leaderboard:admin")}`, "Content-Type": "application/json" };
  const path = `${service}/api/v1/admin/boards/crowd/users/${gone}/suspend`;
  const answer = await fetch(path, { method: "POST", headers: operator, body: '{"reason":"test"}' });
  assert.ok(answer.ok, await answer.text());
  await until(live, ({ rows }) => rows.length === 25 && rows.every(({ user_id }) => user_id !== gone));
  live.close();
});

test("what users say of themselves comes along", { timeout: 60_000 }, async () => {
  await define("names", {});
  await play("names", "ada", { score_increase: 5, metadata: { name: "Ada" } });
  const live = new Leaderboard(service).board("names").live({ include: "metadata", silence });
  await until(live, ({ rows }) => rows[0]?.metadata?.name === "Ada");
  await play("names", "bob", { score_increase: 9, metadata: { name: "Bob" } });
  const { rows } = await until(live, ({ rows }) => rows[0]?.metadata?.name === "Bob");
  assert.deepEqual(rows.map(({ user_id, rank }) => [user_id, rank]), [["bob", 1], ["ada", 2]]);
  live.close();
});

test("a window has its season", async () => {
  await define("seasons", { windows: [{ name: "all" }, { name: "daily", reset: "daily" }] });
  await play("seasons", "ada", { score_increase: 5 });
  for await (const { rows, window, season, from, until, now } of new Leaderboard(service).board("seasons").live({ window: "daily" })) {
    assert.deepEqual([rows[0].score, window], [5, "daily"]);
    assert.match(season, /^\d{4}-\d\d-\d\d$/);
    assert.ok(from <= now && now < until);
    break;
  }
});

test("who is slow gets the newest, and a loop that is left ends the stream", async () => {
  await define("slow", {});
  const live = new Leaderboard(service).board("slow").live();
  const seen = [];
  for await (const { rows } of live) {
    seen.push(rows[0]?.score ?? 0);
    if (rows[0]?.score === 9) break;
    for (let count = 0; count < 3; count += 1) await play("slow", "ada", { score_increase: 1 });
    await until(live, (standings) => standings.rows[0]?.score === seen.length * 3);
  }
  assert.deepEqual(seen, [0, 3, 6, 9]);
  assert.equal(live.state.name, "ended");
});

test("a board that is not there, or not for us, ends it with the error; a signal without", async () => {
  const loop = async (live) => {
    for await (const _ of live) assert.fail("there are none");
  };
  await assert.rejects(loop(new Leaderboard(service).board("nobody").live()), { code: "board_not_found", status: 404 });
  await define("secret", { visibility: "private" });
  await assert.rejects(loop(new Leaderboard(service).board("secret").live()), { status: 401 });
  const stop = new AbortController();
  const live = as("ada").board("secret").live({ signal: stop.signal });
  await until(live, ({ rows }) => rows.length === 0);
  stop.abort();
  assert.deepEqual(live.state, { name: "ended", error: undefined });
});
