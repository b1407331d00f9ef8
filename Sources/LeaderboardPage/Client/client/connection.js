import { LeaderboardError, UnavailableError } from "./errors.js";
import { Backoff } from "./retry.js";
import { hasWebSocket, openSocket, openStream } from "./streams.js";

/** They move the standings on. */
const moving = ["snapshot", "scoreboard", "changes"];
const now = () => performance.now();

/**
 * A stream of live messages that comes back by itself, from where it was: by WebSocket, its own or one that is shared, or by Server-Sent
 * Events where that does not open, or a token is needed on its own. After rubbish or a hole it begins again with a snapshot.
 */
export class Connection {
  /** { epoch, seq }: every change up to here has been told. Null: nothing yet, or a hole; a snapshot must come. */
  position = null;
  /** How the messages come: "WebSocket" or "Server-Sent Events". */
  transport = null;
  /** { name: "idle" | "connecting" | "live" | "waiting" | "ended", error?, retryIn? } */
  state = { name: "idle" };

  #owner;
  #options;
  #usesStream;
  #close = null;
  #timers = new Map();
  #backoff = new Backoff();

  /**
   * `owner`: { prepare(signal, error): { url(part, cursor), headers, fetch, share?(cursor, { received, lost }): opens a part of a shared
   * WebSocket, and returns what ends it }, received(message, before): false for rubbish, stateChanged(state), refused(error, before): a pause in ms, null for the usual one, undefined to end, isAsleep?(): whether a silent socket has missed something }.
   */
  constructor(owner, { stream = !hasWebSocket, patience = 10_000, silence = 75_000 } = {}) {
    this.#owner = owner;
    this.#options = { stream, patience, silence };
    this.#usesStream = stream;
  }

  /** At once, or, if that was just done, after a pause. */
  start() {
    this.#listen(true);
    this.#stop();
    if (this.#backoff.mayHurry(now())) this.#connect();
    else this.lost();
  }

  /** After a while, and from a snapshot: something else is wanted. */
  turn(delay) {
    this.#listen(true);
    this.#stop();
    this.position = null;
    this.#tell({ name: "connecting" });
    this.#after("retry", delay, () => this.#connect());
  }

  /** Makes another after a pause, which goes on where this one was. */
  lost(error = new UnavailableError("The connection was lost.", { code: "network" })) {
    this.#stop();
    let retryIn = null;
    if (!(error instanceof LeaderboardError)) return this.end(error);
    if (!error.isTemporary) {
      retryIn = this.#owner.refused(error, this.state.error);
      if (retryIn === undefined) return this.end(error);
    }
    retryIn ??= this.#backoff.failed(now(), error);
    this.#tell({ name: "waiting", error, retryIn });
    this.#after("retry", retryIn, () => this.#connect());
  }

  /** The network is back, or somebody looks. */
  hurry = () => {
    if (!this.#timers.has("retry") || !this.#backoff.mayHurry(now())) return;
    this.#after("retry");
    this.#connect();
  };

  end(error) {
    this.#listen(false);
    this.#stop();
    this.#tell({ name: "ended", error });
  }

  get isOpen() {
    return this.#close !== null;
  }

  get cursor() {
    return this.position && `${this.position.epoch}:${this.position.seq}`;
  }

  async #connect() {
    const { error } = this.state;
    const stop = new AbortController();
    this.#close = () => stop.abort();
    this.#after("heard", this.#options.patience, () => this.lost());
    this.#tell({ name: "connecting", error });
    try {
      const opening = await this.#owner.prepare(stop.signal, error);
      if (!stop.signal.aborted) this.#open(opening);
    } catch (error) {
      if (!stop.signal.aborted) this.lost(error);
    }
  }

  #open({ url, headers, fetch, share }) {
    const { stream, patience, silence } = this.#options;
    const isStream = this.#usesStream || (!share && "Authorization" in headers);
    this.transport = isStream ? "Server-Sent Events" : "WebSocket";
    let [isSilent, isLive] = [true, false];
    const lost = (error) => {
      this.#stop();
      // Browsers do not tell why a WebSocket did not open: the stream does, or it goes through where no WebSocket does.
      const isUntold = !isStream && isSilent;
      if (isUntold || isStream) this.#usesStream = stream || isUntold;
      if (isUntold) this.#connect();
      else this.lost(error);
    };
    const heard = () => {
      if (!isLive) return;
      if (isStream) this.#after("heard", silence, lost);
      else if (this.#owner.isAsleep) this.#after("heard", silence, () => this.#doubt(heard, lost));
    };
    const received = (text) => {
      isSilent = false;
      const isTaken = this.#take(text);
      // Whoever was told may have ended it.
      if (this.#close !== close) return;
      if (!isTaken) {
        this.position = null;
        return lost();
      }
      this.#backoff.well(now());
      if (!isLive) this.#after("heard");
      isLive = true;
      heard();
      if (this.state.name !== "live") this.#tell({ name: "live" });
    };
    const open = isStream ? openStream : openSocket;
    const close = share && !isStream ? share(this.cursor, { received, lost: () => lost() })
      : open(url(isStream ? "events" : "live", this.cursor), { headers, fetch, heard, received, lost });
    this.#close = close;
    this.#after("heard", patience, lost);
  }

  /** False: rubbish, or a hole. */
  #take(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return false;
    }
    const { type, cursor, from } = message ?? {};
    if (!moving.includes(type)) return typeof type === "string" && this.#owner.received(message, this.position);
    const [last, position] = [this.position, positionOf(cursor)];
    if (position === null || (type === "changes" && !isNext(position, from, last))) return false;
    this.position = position;
    return this.#owner.received(message, last);
  }

  /** A socket may be silent because nothing happens. */
  async #doubt(heard, lost) {
    const close = this.#close;
    const isAsleep = await this.#owner.isAsleep().catch(() => true);
    if (close !== this.#close) return;
    if (isAsleep) lost();
    else heard();
  }

  #stop() {
    this.#after("heard");
    this.#after("retry");
    this.#close?.();
    this.#close = null;
  }

  #listen(isOn) {
    if (isOn) globalThis.addEventListener?.("online", this.hurry);
    else globalThis.removeEventListener?.("online", this.hurry);
  }

  #tell(state) {
    this.state = state;
    this.#owner.stateChanged(state);
  }

  #after(name, delay, action) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
    if (delay === undefined) return;
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

/** Whether nothing is missing between what was told last and changes from `from` to `position`, and they do not lead back. */
function isNext(position, from, last) {
  return last !== null && position.epoch === last.epoch && Number.isSafeInteger(from) && from <= last.seq + 1 && position.seq >= last.seq;
}
