// The stream of messages: connected by WebSocket, or by Server-Sent Events where that fails or a token is needed, resumed by cursor
// after a break, and checked for rubbish and holes. Whatever goes wrong here ends in a connection attempt after a pause of the one
// back-off, never in a wrong board.

import { Backoff } from "./backoff.js";
import { refusalOf } from "./board.js";
import { readMessage } from "./message.js";
import { openEventStream, openFetchedStream, openWebSocket } from "./transport.js";

/** The first message must follow the connection within this: a proxy may accept and then hold back. */
const patience = 10_000;
/** Browsers tell neither why a WebSocket did not open nor that it never will. Counted are those that the service, which
 * answered otherwise, did not open: one that is away opens nothing, and is no reason to change the transport. */
const failuresBeforeEventStream = 2;
/** A key that is held down runs through all windows. */
const turnTakes = 100;

export class Feed {
  /** { epoch, seq }: every change up to here has been seen. Null: nothing yet, or a hole; a snapshot must come. */
  position = null;
  /** How the messages arrive: "WebSocket" or "Server-Sent Events". */
  transport = null;
  /** When the last message came (`performance.now()`). */
  lastMessageAt = -Infinity;
  /** Why the service shows no board: "gone" or "private"; null while it does, or says nothing. */
  refusal = null;

  #board;
  #onMessage;
  #onState;
  #close = null;
  #timer = null;
  #backoff = new Backoff();
  #webSocketFailures = 0;

  /**
   * `board`: what is fed. `onMessage(message, isFirst)`: one of `readMessage` that continues what came before; `isFirst` on each new connection.
   * `onState({ name, retryAt })`: "connecting", "live", "waiting" (until `retryAt`), "gone" and "private" (the same), "stopped".
   */
  constructor({ board, onMessage, onState }) {
    this.#board = board;
    this.#onMessage = onMessage;
    this.#onState = onState;
  }

  start() {
    if (this.#close || this.#timer) return;
    this.#soon();
    this.#listen();
  }

  stop() {
    removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#seen);
    this.#end();
    this.#onState({ name: "stopped" });
  }

  /** Starts again from a snapshot, in a moment. Does nothing when it is about to come back anyway. */
  resync() {
    this.position = null;
    this.reconnect();
  }

  /** Whether the connection still is one is in doubt: makes another, which goes on where this one was. */
  reconnect() {
    if (this.#close) this.#comeBack();
  }

  /** Somebody has brought a token, or has taken it away: begins anew. */
  tokenChanged() {
    this.position = null;
    this.#soon();
  }

  /** Others of the board's standings are wanted: begins anew, once nobody turns the pages on. */
  turn() {
    this.position = null;
    this.#end();
    this.#listen();
    this.#onState({ name: "connecting" });
    this.#after(turnTakes, () => this.#connect());
  }

  /** What the board is has to be known before its rows: a browser tells nobody why a WebSocket was refused. */
  async #connect() {
    // Who is told why nothing is shown need not be told of each question.
    if (this.refusal === null) this.#onState({ name: "connecting" });
    this.#after(patience, () => this.#comeBack());
    const looking = new AbortController();
    this.#close = () => looking.abort();
    const refusal = await this.#board.look(looking.signal);
    if (looking.signal.aborted) return;
    if (refusal === null) this.#open();
    else if (refusal === "unanswered") this.#comeBack();
    else this.#refused(refusal);
  }

  #open() {
    this.#after(patience, () => this.#lost({ code: 1006, opened: false }));
    const { headers } = this.#board.token;
    const needsHeaders = "Authorization" in headers;
    const useEventStream = needsHeaders || this.#webSocketFailures >= failuresBeforeEventStream;
    const open = needsHeaders ? openFetchedStream : useEventStream ? openEventStream : openWebSocket;
    this.transport = useEventStream ? "Server-Sent Events" : "WebSocket";
    let isFirst = true;
    const cursor = this.position && `${this.position.epoch}:${this.position.seq}`;
    this.#close = open(this.#board.path(useEventStream ? "events" : "live", { include: "metadata" }), cursor, {
      received: (text) => {
        const message = readMessage(text, this.#board.order);
        if (message?.type === "unknown") return;
        if (!message || !this.#continues(message)) return this.resync();
        const now = performance.now();
        this.lastMessageAt = now;
        // Those that change no standings move nothing on.
        if (!message.position) return this.#onMessage(message, false);
        this.position = message.position;
        this.#backoff.well(now);
        if (isFirst) {
          this.#after(null);
          this.refusal = null;
          if (!useEventStream) this.#webSocketFailures = 0;
          this.#onState({ name: "live" });
        }
        // Whoever hears of it may end this connection.
        const wasFirst = isFirst;
        isFirst = false;
        this.#onMessage(message, wasFirst);
      },
      ended: (end) => this.#lost(end),
    }, headers);
  }

  /** Whether nothing is missing between what came before and this, and it does not lead back. */
  #continues({ type, position, from }) {
    if (type !== "changes") return position !== undefined || this.position !== null;
    const last = this.position;
    return last !== null && last.epoch === position.epoch && from <= last.seq + 1 && position.seq >= last.seq;
  }

  #lost({ code, opened }) {
    if (this.transport === "WebSocket") {
      if (opened) this.#webSocketFailures = 0;
      else this.#countIfServed();
    } else if (!opened) {
      // WebSocket first, each time anew.
      this.#webSocketFailures = Math.min(this.#webSocketFailures, failuresBeforeEventStream - 1);
    }
    this.#comeBack(code);
  }

  #comeBack(code) {
    this.#wait("waiting", this.#backoff.failed(performance.now(), code));
  }

  #refused(refusal) {
    this.refusal = refusal;
    this.position = null;
    this.#wait(refusal, this.#backoff.refused({ isSeen: !document.hidden }));
  }

  /** At once, now and then; else as the back-off says. */
  #soon() {
    this.#end();
    if (this.#backoff.mayHurry(performance.now())) this.#connect();
    else this.#comeBack();
  }

  /** The only way to another connection, but for those that are hurried. */
  #wait(name, delay) {
    this.#end();
    this.#onState({ name, retryAt: performance.now() + delay });
    this.#after(delay, () => this.#connect());
  }

  async #countIfServed() {
    try {
      const { ok, status } = await this.#board.ask("stats", { cache: "no-store", signal: AbortSignal.timeout(5_000) });
      if (ok) this.#webSocketFailures += 1;
      // Of a window, it may be the window that is not there.
      const refusal = status === 404 && this.#board.isOfWindow ? null : refusalOf(status);
      // Unless it is being tried again already.
      if (refusal && !this.#close && this.#timer) this.#refused(refusal);
    } catch {
      // The service is away.
    }
  }

  #hurry = () => {
    if (this.#close || !this.#backoff.mayHurry(performance.now())) return;
    this.#end();
    this.#connect();
  };

  /** A wait that began unseen is long. */
  #seen = () => {
    if (!document.hidden && this.refusal !== null) this.#hurry();
  };

  /** Twice is once. */
  #listen() {
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#seen);
  }

  #end() {
    this.#after(null);
    this.#close?.();
    this.#close = null;
  }

  /** The feed waits for one thing at a time. */
  #after(delay, action) {
    clearTimeout(this.#timer);
    this.#timer = delay === null ? null : setTimeout(() => {
      this.#timer = null;
      action();
    }, delay);
  }
}
