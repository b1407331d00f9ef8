import { LeaderboardError, UnavailableError } from "./errors.js";
import { KnownRows } from "./known-rows.js";
import { delayAfter } from "./retry.js";
import { hasWebSocket, openSocket, openStream } from "./streams.js";

/** So many rows has a snapshot. */
const told = 10;

/**
 * The first rows of a board, kept by its stream. `for await` yields them when they have changed, to who is slow only the newest;
 * `onStandings`, `onChanges`, `onMe`, `onSeason` and `onState` are called as it happens. It comes back by itself, from where it was.
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
  #position = null;
  #frame = {};
  #failures = 0;
  #liveSince = Infinity;
  #usesStream;
  #close = null;
  #stop = new AbortController();
  #timers = new Map();
  /** What has come since the rows were asked for. */
  #since = null;
  #filledAt = 0;
  #waiting = [];
  #isNew = false;

  constructor(board, { rows = 10, silence = 75_000, patience = 10_000, stream = !hasWebSocket, signal, ...options } = {}) {
    this.#board = board;
    this.#usesStream = stream;
    this.#options = { ...options, rows: Math.min(Math.max(1, Math.trunc(rows) || 10), 100), silence, patience, stream };
    if (signal?.aborted) return this.close();
    signal?.addEventListener("abort", () => this.close(), { once: true });
    globalThis.addEventListener?.("online", this.#hurry);
    this.#connect();
  }

  close() {
    if (this.state.name !== "ended") this.#end();
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

  async #connect() {
    const { error } = this.state;
    this.#tell({ name: "connecting", error });
    try {
      if (!this.#known.order) await this.#look();
      const headers = await this.#board.leaderboard.headers(error?.status === 401);
      if (!this.#stop.signal.aborted) this.#open(headers);
    } catch (error) {
      this.#lost(error);
    }
  }

  async #look() {
    this.#known.order = await this.#board.definition({ signal: this.#stop.signal, retries: 0 });
  }

  #open(headers) {
    const { window, include, view, neighbours, maxRate: max_rate, patience, silence, stream } = this.#options;
    const isStream = this.#usesStream || "Authorization" in headers;
    const { leaderboard, path } = this.#board;
    const url = leaderboard.url(`${path}/${isStream ? "events" : "live"}`, { window, include, view, neighbours, max_rate, cursor: this.#cursor });
    let isFirst = true;
    const lost = (error) => {
      this.#close?.();
      // Browsers do not tell why a WebSocket did not open: the stream does, or it goes through where no WebSocket does.
      const isUntold = !isStream && isFirst;
      if (isUntold || isStream) this.#usesStream = stream || isUntold;
      if (isUntold) this.#connect();
      else this.#lost(error ?? new UnavailableError("The connection was lost.", { code: "network" }));
    };
    const heard = () => this.#after("heard", isFirst ? patience : silence, lost);
    const received = (text) => {
      if (!this.#take(text)) return lost();
      if (isFirst) this.#liveSince = Date.now();
      isFirst = false;
      // Whoever was told of it may have ended it.
      if (!this.#close) return;
      heard();
      if (this.state.name !== "live") this.#tell({ name: "live" });
    };
    const end = (isStream ? openStream : openSocket)(url, { headers, fetch: leaderboard.fetch, heard, received, lost });
    this.#close = () => {
      this.#close = null;
      this.#after("heard");
      end();
    };
    heard();
  }

  /** False: rubbish, or a hole. */
  #take(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return false;
    }
    const { type, cursor, changes, scoreboard, users } = message ?? {};
    const position = positionOf(cursor);
    if (type === "snapshot") {
      if (!position || !Array.isArray(scoreboard)) return false;
      this.#snapshot(message, position);
    } else if (type === "changes") {
      if (!this.#continues(message, position)) {
        this.#position = null;
        return false;
      }
      this.#position = position;
      this.#since?.push(...changes);
      for (const change of changes) this.#known.set(change);
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
    return typeof type === "string";
  }

  #snapshot({ scoreboard, window, season, from, until, now, frozen = null }, position) {
    // It came unasked: the board may have other rules now.
    if (this.#position && !this.#timers.has("look")) this.#after("look", 1_000 * Math.random(), () => this.#look().catch(() => {}));
    this.#position = position;
    // Nothing moves on a frozen board, and some of its places may be covered.
    const fixed = frozen || !scoreboard.every(isRow) ? scoreboard : null;
    this.#frame = { window, season, from, until, now, frozen, fixed };
    this.#learn(scoreboard);
    this.#known.reset(fixed ? [] : scoreboard, told);
    this.#show();
  }

  #continues({ from, changes }, position) {
    const last = this.#position;
    const isNext = last && position?.epoch === last.epoch && from <= last.seq + 1 && position.seq >= last.seq;
    return isNext && Array.isArray(changes) && changes.every(isRow);
  }

  /** Asks for what the stream has not told: rows beyond the tenth, rows for those who fell, what users say of themselves. */
  #fill() {
    const { rows, window, include } = this.#options;
    const isThin = !this.#frame.fixed && this.#known.lacks(rows);
    const isUntold = include && this.standings.rows.some(({ user_id }) => user_id && !this.#metadata.has(user_id));
    if (this.#since || this.#timers.has("fill") || !(isThin || isUntold)) return;
    this.#after("fill", Math.max(isThin ? 0 : 1_000, this.#filledAt + 1_000 - Date.now()), async () => {
      const since = (this.#since = []);
      const { epoch } = this.#position;
      const limit = Math.max(rows, told);
      try {
        const found = await this.#board.standings({ limit, window, include }, { signal: this.#stop.signal, retries: 0 });
        if (include) this.#learn(found.map(({ user_id, metadata = null }) => ({ user_id, metadata })));
        if (this.#position?.epoch === epoch && !this.#frame.fixed && found.every(isRow)) {
          this.#known.reset(found, limit);
          // They are totals, not sums: what the rows have already may be told again.
          for (const change of since) this.#known.set(change);
        }
      } catch {
        // In a while, then.
      }
      this.#since = null;
      this.#filledAt = Date.now();
      if (!this.#stop.signal.aborted && this.#position) this.#show();
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
      const { user_id, score, rank = this.#known.rank(place, top) } = row;
      const metadata = this.#metadata.get(user_id);
      return metadata === undefined ? { user_id, score, rank } : { user_id, score, rank, metadata };
    });
    this.standings = { ...frame, rows, cursor: this.#cursor };
    this.#isNew = true;
    this.#call("onStandings", this.standings);
    this.#wake();
    this.#fill();
  }

  get #cursor() {
    return this.#position && `${this.#position.epoch}:${this.#position.seq}`;
  }

  #lost(error) {
    if (this.#stop.signal.aborted) return;
    this.#close?.();
    const isOfToken = error.status === 401 && this.state.error?.status !== 401;
    if (!(error instanceof LeaderboardError) || !(error.isTemporary || isOfToken)) return this.#end(error);
    // A snapshot alone proves nothing: what comes next may be rubbish.
    if (Date.now() - this.#liveSince > 10_000) this.#failures = 0;
    this.#liveSince = Infinity;
    this.#failures += 1;
    const retryIn = delayAfter(this.#failures, error);
    this.#tell({ name: "waiting", error, retryIn });
    this.#after("retry", retryIn, () => this.#connect());
  }

  #hurry = () => {
    if (this.#timers.has("retry")) this.#after("retry", 500 * Math.random(), () => this.#connect());
  };

  #end(error) {
    this.#close?.();
    this.#stop.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    globalThis.removeEventListener?.("online", this.#hurry);
    this.#tell({ name: "ended", error });
    this.#wake();
  }

  #tell(state) {
    this.state = state;
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

/** `<epoch>:<seq>`; of another epoch are other standings. */
function positionOf(cursor) {
  const [, epoch, digits] = /^([\w.-]{1,120}):([0-9]{1,16})$/.exec(cursor) ?? [];
  return Number.isSafeInteger(Number(digits)) ? { epoch, seq: Number(digits) } : null;
}

const isRow = (row) => typeof row?.user_id === "string" && Number.isSafeInteger(row.score);
