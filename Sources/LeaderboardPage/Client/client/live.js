import { Connection } from "./connection.js";
import { KnownRows, rankAt } from "./known-rows.js";
import { hasWebSocket } from "./streams.js";

const told = 10;

/**
 * The first rows of a board, kept by its stream. `for await` yields them when they have changed, to who is slow only the newest;
 * `onStandings`, `onChanges`, `onMe`, `onSeason` and `onState` are called as it happens. It comes back by itself, from where it was.
 * Several of one `Leaderboard` share a WebSocket.
 */
export class Live {
  /** { rows: [{ user_id, score, rank, metadata? }], window, season, from, until, now, frozen, cursor }; null before the first. */
  standings = null;
  /** With `view: "me"`, instead of `standings`: the newest message `me`; null before the first. */
  me = null;
  /** { name: "connecting" | "live" | "waiting" | "ended", error?, retryIn? } */
  state = { name: "connecting" };

  #board;
  #options;
  #known = new KnownRows();
  #metadata = new Map();
  #connection;
  #frame = {};
  #stop = new AbortController();
  #timers = new Map();
  /** What has come since the rows were asked for. */
  #since = null;
  #filledAt = 0;
  #waiting = [];
  #isNew = false;

  constructor(board, { rows = 10, silence, patience, stream, signal, ...options } = {}) {
    this.#board = board;
    this.#options = { ...options, rows: Math.min(Math.max(1, Math.trunc(rows) || 10), 100) };
    const owner = {
      prepare: (signal, error) => this.#prepare(signal, error),
      received: (message, before) => this.#take(message, before),
      // A token may have expired: there is one try with another.
      refused: (error, before) => (error.status === 401 && before?.status !== 401 ? null : undefined),
      isAsleep: () => this.#isAsleep(),
      stateChanged: (state) => this.#tell(state),
    };
    this.#connection = new Connection(owner, { stream, patience, silence });
    if (hasWebSocket && !stream) board.leaderboard.sockets.join(this);
    if (signal?.aborted) return this.close();
    signal?.addEventListener("abort", () => this.close(), { once: true });
    this.#connection.start();
  }

  close() {
    if (this.state.name !== "ended") this.#connection.end();
  }

  async *[Symbol.asyncIterator]() {
    try {
      for (;;) {
        if (this.#isNew) {
          this.#isNew = false;
          yield this.me ?? this.standings;
        } else if (this.state.name !== "ended") {
          await new Promise((resume) => this.#waiting.push(resume));
        } else if (this.state.error) {
          throw this.state.error;
        } else {
          return;
        }
      }
    } finally {
      this.close();
    }
  }

  async #prepare(signal, error) {
    const { window, include, view, neighbours, maxRate: max_rate } = this.#options;
    const { leaderboard, name, path } = this.#board;
    if (!this.#known.order) await this.#look(signal);
    const headers = await leaderboard.headers(error?.status === 401);
    const wish = { window, include, view, neighbours, max_rate };
    const url = (part, cursor) => leaderboard.url(`${path}/${part}`, { ...wish, cursor });
    const share = (cursor, told) =>
      leaderboard.sockets.open(leaderboard.url("/live"), headers.Authorization?.slice(7), { board: name, ...wish, cursor }, told);
    return { url, headers, fetch: leaderboard.fetch, share: leaderboard.sockets.areWanted ? share : undefined };
  }

  async #look(signal) {
    this.#known.order = await this.#board.definition({ signal, retries: 0 });
  }

  /** Whether the board has moved on, and nobody has told us. */
  async #isAsleep() {
    const { cursor } = this.#connection;
    const stats = await this.#board.stats({ window: this.#options.window }, { signal: this.#stop.signal, retries: 0 });
    return cursor !== null && cursor === this.#connection.cursor && cursor !== stats.cursor;
  }

  /** False: rubbish. */
  #take(message, before) {
    const { type, changes, scoreboard, users } = message;
    if (type === "snapshot") {
      if (!Array.isArray(scoreboard)) return false;
      this.#snapshot(message, before);
    } else if (type === "changes") {
      if (!Array.isArray(changes) || !changes.every(isRow)) return false;
      this.#since?.push(...changes);
      for (const change of changes) this.#set(change);
      if (changes.length > 0) this.#call("onChanges", changes);
      this.#show();
    } else if (type === "metadata" && Array.isArray(users)) {
      this.#learn(users);
      this.#show();
    } else if (type === "me") {
      this.me = message;
      this.#isNew = true;
      this.#call("onMe", message);
      this.#wake();
    } else if (type === "season") {
      this.#call("onSeason", message);
    }
    // Of a later version of the service: passed over.
    return true;
  }

  #set({ user_id, score, score_increase }) {
    this.#known.set(user_id, score, score_increase !== 0);
  }

  #snapshot({ scoreboard, window, season, from, until, now, frozen = null }, before) {
    // It came unasked: the board may have other rules now.
    if (before && !this.#timers.has("look")) this.#after("look", 1_000 * Math.random(), () => this.#look(this.#stop.signal).catch(() => {}));
    // Nothing moves on a frozen board, and some of its places may be covered.
    const fixed = frozen || !scoreboard.every(isRow) ? scoreboard : null;
    this.#frame = { window, season, from, until, now, frozen, fixed };
    this.#learn(scoreboard);
    this.#known.reset(fixed ? [] : scoreboard, told);
    this.#show();
  }

  /** Asks for what the stream has not told: rows beyond the tenth, rows for those who fell, what users say of themselves. */
  #fill() {
    const { rows, window, include } = this.#options;
    const isThin = !this.#frame.fixed && this.#known.lacks(rows);
    const isUntold = include && this.standings.rows.some(({ user_id }) => user_id && !this.#metadata.has(user_id));
    if (this.#since || this.#timers.has("fill") || !(isThin || isUntold)) return;
    this.#after("fill", Math.max(isThin ? 0 : 1_000, this.#filledAt + 1_000 - Date.now()), async () => {
      const since = (this.#since = []);
      const { epoch } = this.#connection.position;
      const limit = Math.max(rows, told);
      try {
        const found = await this.#board.standings({ limit, window, include }, { signal: this.#stop.signal, retries: 0 });
        if (include) this.#learn(found.map(({ user_id, metadata = null }) => ({ user_id, metadata })));
        if (this.#connection.position?.epoch === epoch && !this.#frame.fixed && found.every(isRow)) {
          this.#known.reset(found, limit);
          // They are totals, not sums: what the rows have already may be told again.
          for (const change of since) this.#set(change);
        }
      } catch {
        // In a while, then.
      }
      this.#since = null;
      this.#filledAt = Date.now();
      if (!this.#stop.signal.aborted && this.#connection.position) this.#show();
    });
  }

  #learn(rows) {
    if (this.#metadata.size > 1_000) this.#metadata.clear();
    for (const { user_id, metadata } of rows) if (user_id && metadata !== undefined) this.#metadata.set(user_id, metadata);
  }

  #show() {
    const { fixed, ...frame } = this.#frame;
    const top = (fixed ?? this.#known.rows).slice(0, this.#options.rows);
    const rows = top.map((row, place) => {
      if (!isRow(row)) return row;
      const { user_id, score, rank = rankAt(place, top, this.#known.order.ties) } = row;
      const metadata = this.#metadata.get(user_id);
      return metadata === undefined ? { user_id, score, rank } : { user_id, score, rank, metadata };
    });
    this.standings = { ...frame, rows, cursor: this.#connection.cursor };
    this.#isNew = true;
    this.#call("onStandings", this.standings);
    this.#wake();
    this.#fill();
  }

  #tell(state) {
    this.state = state;
    if (state.name === "ended") {
      this.#board.leaderboard.sockets.leave(this);
      this.#stop.abort();
      for (const timer of this.#timers.values()) clearTimeout(timer);
      this.#wake();
    }
    this.#call("onState", state);
  }

  /** Who is called may throw: that is theirs, and the stream goes on. */
  #call(name, value) {
    try {
      this.#options[name]?.(value);
    } catch (error) {
      setTimeout(() => { throw error; });
    }
  }

  #wake() {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  #after(name, delay, action) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
    if (delay === undefined || this.#stop.signal.aborted) return;
    this.#timers.set(name, setTimeout(() => {
      this.#timers.delete(name);
      action();
    }, delay));
  }
}

const isRow = (row) => typeof row?.user_id === "string" && Number.isSafeInteger(row.score);
