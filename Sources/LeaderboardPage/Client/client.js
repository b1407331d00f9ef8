// The leaderboard's client for browsers, Node 18 and newer, Deno and Bun: reads, updates that count once, live standings.

import { errorOf, LeaderboardError, UnavailableError } from "./client/errors.js";
import { Live } from "./client/live.js";
import { delayAfter, newKey, pause } from "./client/retry.js";
import { SharedSockets } from "./client/shared.js";

export {
  AuthenticationError, InvalidRequestError, LeaderboardError, NotFoundError, RateLimitedError, UnavailableError,
} from "./client/errors.js";
export { Live };

/** Nobody is kept waiting for longer, in seconds: where the service asks for more, the caller is told. */
const longestWait = 30;

export class Leaderboard {
  /** Of all its live standings. */
  sockets = new SharedSockets();
  #base;
  #token;
  #fetch;
  #timeout;
  #retries;

  /** `url`: the service's, without /api. `token`: an access token, or a function that gets one ({ refresh: true }: the last was refused). */
  constructor(url, { token = null, fetch = globalThis.fetch, timeout = 10_000, retries = 4 } = {}) {
    this.#base = String(url).replace(/\/+$/, "");
    this.#token = token;
    this.#fetch = (...all) => fetch(...all);
    this.#timeout = timeout;
    this.#retries = retries;
  }

  board(name = "main") {
    return new Board(this, name);
  }

  boards(query, options) {
    return this.request("GET", "/boards", { query, ...options });
  }

  /** One user's places on up to 20 boards. */
  standingsOf(user, boards, query, options) {
    return this.request("GET", `/users/${encodeURIComponent(user)}/standings`, { query: { ...query, boards }, ...options });
  }

  /** The first rows of up to 20 boards. */
  scoreboards(boards, query, options) {
    return this.request("GET", "/scoreboards", { query: { ...query, boards }, ...options });
  }

  /** `updates`: one user's, of up to 20 boards; each has its own outcome in the answer. */
  updates(user_id, updates, options) {
    return this.request("POST", "/score/updates", { ...options, body: { user_id, updates }, key: options?.key ?? newKey() });
  }

  /** Any path under /api/v1. What fails for a while is tried again; what changes something only if it has a `key`. */
  async request(method, path, { signal, retries = this.#retries, ...asked } = {}) {
    const mayRepeat = method === "GET" || asked.key != null;
    let refresh = false;
    for (let failures = 0; ; ) {
      try {
        return await this.#once(method, path, { ...asked, signal, refresh });
      } catch (error) {
        signal?.throwIfAborted();
        if (error.status === 401 && !refresh && typeof this.#token === "function") {
          refresh = true;
          continue;
        }
        failures += 1;
        if (!mayRepeat || !error.isTemporary || failures > retries || error.retryAfter > longestWait) throw error;
        await pause(delayAfter(failures, error), signal);
      }
    }
  }

  async #once(method, path, { query, body, key, signal, timeout = this.#timeout, refresh }) {
    signal?.throwIfAborted();
    const headers = await this.headers(refresh);
    const stop = new AbortController();
    const abort = () => stop.abort();
    const timer = setTimeout(abort, timeout);
    signal?.addEventListener("abort", abort);
    try {
      if (body !== undefined) Object.assign(headers, { "Content-Type": "application/json", Prefer: "return=representation" });
      if (key != null) headers["Idempotency-Key"] = key;
      const sent = { method, headers, cache: "no-store", signal: stop.signal, body: body === undefined ? undefined : JSON.stringify(body) };
      const answer = await this.#fetch(this.url(path, query), sent);
      if (!answer.ok) throw await errorOf(answer);
      if (answer.status === 204) return null;
      const value = await answer.json();
      return key == null ? value : { ...value, replayed: answer.headers.get("Idempotency-Replayed") === "true" };
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof LeaderboardError) throw cause;
      if (stop.signal.aborted) throw new UnavailableError(`There was no answer within ${timeout} ms.`, { code: "timeout", cause });
      if (cause instanceof SyntaxError) throw new UnavailableError("The answer is no JSON.", { code: "bad_answer", cause });
      throw new UnavailableError("The service cannot be reached.", { code: "network", cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  async headers(refresh = false) {
    const value = typeof this.#token === "function" ? await this.#token({ refresh }) : this.#token;
    return value ? { Authorization: `Bearer ${value}` } : {};
  }

  url(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return `${this.#base}/api/v1${path}${text && `?${text}`}`;
  }

  get fetch() {
    return this.#fetch;
  }
}

export class Board {
  constructor(leaderboard, name) {
    Object.assign(this, { leaderboard, name });
  }

  /** Rows { user_id, score, rank }, by the query of GET …/scoreboard: { limit, offset, window, season, segment, around_user, users, include … }. */
  standings(query, options) {
    return this.#get("/scoreboard", query, options);
  }

  /** Rank, score and percentile of one user; null: not on the board. */
  async user(id, query, options) {
    try {
      return await this.#get(`/users/${encodeURIComponent(id)}`, query, options);
    } catch (error) {
      if (error.code === "user_not_found") return null;
      throw error;
    }
  }

  definition(options) {
    return this.#get("", undefined, options);
  }

  stats(query, options) {
    return this.#get("/stats", query, options);
  }

  seasons(query, options) {
    return this.#get("/seasons", query, options);
  }

  totals(kind, query, options) {
    return this.#get(`/totals/${encodeURIComponent(kind)}`, query, options);
  }

  /** { user_id, score_increase: 50 }, or what else the board takes. It counts once, however often it is tried; `options.key` is made if there is none. */
  update(update, options) {
    return this.leaderboard.request("POST", `${this.path}/score/update`, { ...options, body: update, key: options?.key ?? newKey() });
  }

  /** The standings from now on: see `Live`. Several of one `Leaderboard` share a WebSocket. */
  live(options) {
    return new Live(this, options);
  }

  get path() {
    return `/boards/${encodeURIComponent(this.name)}`;
  }

  #get(part, query, options) {
    return this.leaderboard.request("GET", this.path + part, { query, ...options });
  }
}
