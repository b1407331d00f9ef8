// The client in Node, by answers that are made here: what it sends again, what it waits for, and what it throws.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AuthenticationError, InvalidRequestError, Leaderboard, NotFoundError, RateLimitedError, UnavailableError,
} from "../../../../Sources/LeaderboardPage/Client/client.js";
import { delayAfter, newKey } from "../../../../Sources/LeaderboardPage/Client/client/retry.js";

const update = { user_id: "ada", score_increase: 5 };

/** A service that gives these answers, one after the other, the last one for ever: { status, body, headers }, or an error to throw. */
function service(...answers) {
  const requests = [];
  const fetch = async (url, options) => {
    requests.push({ url, ...options });
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    if (answer === "silence") {
      return new Promise((_, fail) => options.signal.addEventListener("abort", () => fail(options.signal.reason), { once: true }));
    }
    const { status = 200, body = "{}", headers } = answer;
    return new Response(body, { status, headers });
  };
  return { fetch, requests };
}

const refusal = (status, code, headers) => ({ status, headers, body: JSON.stringify({ status: "error", code, message: "Why." }) });

for (const trouble of [new TypeError("fetch failed"), refusal(503, "store_unavailable"), refusal(504, "outcome_unknown"), { body: "{\"sco" }, "silence"]) {
  const name = trouble.message ?? trouble.status ?? (trouble === "silence" ? trouble : "a body cut off");
  test(`an update that met "${name}" is sent again with the same key`, async () => {
    const { fetch, requests } = service(trouble, { body: '{"score":5}', headers: { "Idempotency-Replayed": "true" } });
    const answer = await new Leaderboard("http://a/", { fetch, token: "t", timeout: 50 }).board("x y").update(update);
    assert.deepEqual(answer, { score: 5, replayed: true });
    assert.equal(requests.length, 2);
    assert.equal(requests[0].url, "http://a/api/v1/boards/x%20y/score/update");
    assert.equal(requests[0].body, JSON.stringify(update));
    assert.equal(requests[0].headers.Authorization, "Bearer t");
    assert.match(requests[0].headers["Idempotency-Key"], /^[0-9a-f]{32}$/);
    assert.equal(requests[0].headers["Idempotency-Key"], requests[1].headers["Idempotency-Key"]);
  });
}

test("each update has a key of its own, or the caller's", async () => {
  const { fetch, requests } = service({});
  const board = new Leaderboard("http://a", { fetch }).board();
  await board.update(update);
  await board.update(update);
  await board.update(update, { key: "match-7" });
  for (const key of [null, undefined]) {
    await board.update(update, { key });
    await board.leaderboard.updates("ada", [], { key });
  }
  const keys = requests.map(({ headers }) => headers["Idempotency-Key"]);
  assert.notEqual(keys[0], keys[1]);
  assert.equal(new Set(keys.slice(3)).size, 4);
  for (const key of keys.slice(3)) assert.match(key, /^[0-9a-f]{32}$/);
  assert.equal(keys[2], "match-7");
  assert.equal(new Set(Array.from({ length: 1_000 }, newKey)).size, 1_000);
});

for (const [status, code, Kind, isTemporary] of [
  [400, "invalid_json", InvalidRequestError, false], [401, "invalid_token", AuthenticationError, false],
  [403, "not_your_score", AuthenticationError, false], [404, "board_not_found", NotFoundError, false],
  [409, "score_limit", InvalidRequestError, false], [422, "idempotency_key_reused", InvalidRequestError, false],
  [429, "rate_limited", RateLimitedError, true], [503, "store_unavailable", UnavailableError, true],
]) {
  test(`${status} ${code} is a ${Kind.name}${isTemporary ? "" : ", and is not sent again"}`, async () => {
    const { fetch, requests } = service(refusal(status, code, { "Retry-After": "60", "X-Request-Id": "r1" }));
    await assert.rejects(new Leaderboard("http://a", { fetch }).board().update(update), (error) => {
      assert.ok(error instanceof Kind);
      const { name, message, retryAfter, requestID } = error;
      assert.deepEqual([name, message, error.code, error.status, retryAfter, requestID], [Kind.name, "Why.", code, status, 60, "r1"]);
      assert.equal(error.isTemporary, isTemporary);
      return true;
    });
    // Nobody is kept waiting for a minute: the caller decides.
    assert.equal(requests.length, 1);
  });
}

test("an answer of somebody else is told as what it is", async () => {
  const { fetch } = service({ status: 502, body: "<html>" });
  const board = new Leaderboard("http://a", { fetch, retries: 0 }).board();
  await assert.rejects(board.standings(), { name: "UnavailableError", status: 502, code: "http_502", retryAfter: null });
});

test("without an answer it says whether none came in time, or none at all", async () => {
  const ask = (answer) => new Leaderboard("http://a", { fetch: service(answer).fetch, retries: 0, timeout: 20 }).board().stats();
  await assert.rejects(ask("silence"), { name: "UnavailableError", status: 0, code: "timeout" });
  await assert.rejects(ask(new TypeError("fetch failed")), { name: "UnavailableError", status: 0, code: "network" });
  await assert.rejects(ask({ body: "<html>" }), { name: "UnavailableError", status: 0, code: "bad_answer" });
});

test("it gives up after so many tries, and what has no key is sent once", async () => {
  const { fetch, requests } = service(new TypeError("fetch failed"));
  const leaderboard = new Leaderboard("http://a", { fetch, retries: 2 });
  await assert.rejects(leaderboard.board().update(update), { code: "network" });
  assert.equal(requests.length, 3);
  await assert.rejects(leaderboard.request("POST", "/somewhere", { body: {} }), { code: "network" });
  assert.equal(requests.length, 4);
});

test("a token is asked for each time, and anew when it was refused", async () => {
  const asked = [];
  const token = async ({ refresh }) => `t${asked.push(refresh)}`;
  const { fetch, requests } = service(refusal(401, "invalid_token"), {}, {});
  const board = new Leaderboard("http://a", { fetch, token }).board();
  await board.update(update);
  await board.update(update);
  assert.deepEqual(asked, [false, true, false]);
  assert.deepEqual(requests.map(({ headers }) => headers.Authorization), ["Bearer t1", "Bearer t2", "Bearer t3"]);
  const always = service(refusal(401, "invalid_token"));
  await assert.rejects(new Leaderboard("http://a", { fetch: always.fetch, token }).board().update(update), { status: 401 });
  assert.equal(always.requests.length, 2);
  const broken = new Leaderboard("http://a", { fetch, token: () => Promise.reject(new RangeError("no login")) });
  await assert.rejects(broken.board().update(update), RangeError);
});

test("a signal ends a request, and a wait, with its reason", async () => {
  for (const answer of ["silence", new TypeError("fetch failed")]) {
    const stop = new AbortController();
    const { fetch, requests } = service(answer);
    const asked = new Leaderboard("http://a", { fetch }).board().update(update, { signal: stop.signal });
    while (requests.length === 0) await new Promise((resume) => setImmediate(resume));
    stop.abort(new RangeError("enough"));
    await assert.rejects(asked, RangeError);
  }
});

test("a query is written as the API has it, and what is not given is left out", async () => {
  const { fetch, requests } = service({ body: "[]" });
  const leaderboard = new Leaderboard(new URL("http://a/games/"), { fetch });
  await leaderboard.board("main").standings({ users: ["a@b", "c"], window: undefined, limit: 3 });
  await leaderboard.standingsOf("a/b", ["main", "cup"]);
  assert.deepEqual(requests.map(({ url }) => url), [
    "http://a/games/api/v1/boards/main/scoreboard?users=a%40b%2Cc&limit=3",
    "http://a/games/api/v1/users/a%2Fb/standings?boards=main%2Ccup",
  ]);
});

test("who is not on the board is null, and another fault is not", async () => {
  const one = (answer) => new Leaderboard("http://a", { fetch: service(answer).fetch }).board().user("x");
  assert.equal(await one(refusal(404, "user_not_found")), null);
  await assert.rejects(one(refusal(404, "board_not_found")), NotFoundError);
});

test("waits grow to a quarter of a minute, differ, and are never shorter than the service says", () => {
  const delays = (failures, retryAfter = null) => Array.from({ length: 300 }, () => delayAfter(failures, { retryAfter }));
  assert.ok(Math.max(...delays(1)) <= 700);
  assert.ok(Math.max(...delays(40)) <= 15_200 && Math.max(...delays(40)) > 10_000);
  assert.ok(Math.max(...delays(5)) - Math.min(...delays(5)) > 2_000);
  assert.ok(Math.min(...delays(1, 7)) >= 7_000);
});
