// The stream of messages of the board that is shown: the client's connection, with what a page has to say besides. Whatever goes wrong
// here ends in another try, never in a wrong board.

import { refusalOf, refusedDelay } from "./board.js";
import { Connection } from "./connection.js";
import { LeaderboardError, UnavailableError } from "./errors.js";
import { readMessage } from "./message.js";

/** A key that is held down runs through all windows. */
const turnTakes = 100;

export class Feed {
  /** When the last message came (`performance.now()`). */
  lastMessageAt = -Infinity;
  /** Why the service shows no board: "gone" or "private"; null while it does, or says nothing. */
  refusal = null;

  #board;
  #onMessage;
  #onState;
  #isFirst = true;
  #connection = new Connection({
    prepare: (signal) => this.#prepare(signal),
    received: (message) => this.#receive(message),
    refused: (error) => this.#refused(error),
    stateChanged: (state) => this.#changed(state),
  });

  /**
   * `board`: what is fed. `onMessage(message, isFirst)`: one of `readMessage` that continues what came before; `isFirst` on each new connection.
   * `onState({ name, retryAt })`: "connecting", "live", "waiting" (until `retryAt`), "gone" and "private" (the same), "stopped".
   */
  constructor({ board, onMessage, onState }) {
    this.#board = board;
    this.#onMessage = onMessage;
    this.#onState = onState;
  }

  /** { epoch, seq }: every change up to here has been seen. Null: nothing yet, or a hole; a snapshot must come. */
  get position() {
    return this.#connection.position;
  }

  /** How the messages arrive: "WebSocket" or "Server-Sent Events". */
  get transport() {
    return this.#connection.transport;
  }

  start() {
    document.addEventListener("visibilitychange", this.#seen);
    if (["idle", "ended"].includes(this.#connection.state.name)) this.#connection.start();
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#seen);
    this.#connection.end();
  }

  /** Starts again from a snapshot, in a moment. Does nothing when it is about to come back anyway. */
  resync() {
    this.#connection.position = null;
    this.reconnect();
  }

  /** Whether the connection still is one is in doubt: makes another, which goes on where this one was. */
  reconnect() {
    if (this.#connection.isOpen) this.#connection.lost();
  }

  /** Somebody has brought a token, or has taken it away: begins anew. */
  tokenChanged() {
    this.#connection.position = null;
    this.#connection.start();
  }

  /** Others of the board's standings are wanted: begins anew, once nobody turns the pages on. */
  turn() {
    document.addEventListener("visibilitychange", this.#seen);
    this.#connection.turn(turnTakes);
    // Who is told why nothing is shown is not told of each question, but of this one.
    if (this.refusal !== null) this.#onState({ name: "connecting" });
  }

  /** What the board is has to be known before its rows. */
  async #prepare(signal) {
    this.#isFirst = true;
    const refusal = await this.#board.look(signal);
    if (refusal === "unanswered") throw new UnavailableError("The service did not answer.", { code: "network" });
    if (refusal !== null) throw new LeaderboardError("The board is not shown.", { code: refusal, status: refusal === "gone" ? 404 : 401 });
    const url = (part, cursor) => this.#board.path(part, { include: "metadata", cursor });
    return { url, headers: this.#board.token.headers, fetch: (...all) => fetch(...all) };
  }

  #receive(message) {
    const read = readMessage(message, this.#board.order);
    if (read === null) return false;
    if (read.type === "unknown") return true;
    this.lastMessageAt = performance.now();
    const isFirst = this.#isFirst && read.position !== undefined;
    if (isFirst) {
      this.#isFirst = false;
      this.refusal = null;
      this.#onState({ name: "live" });
    }
    this.#onMessage(read, isFirst);
    return true;
  }

  #refused(error) {
    const isOfBoard = error.code === "gone" || error.code === "private";
    const refusal = isOfBoard ? error.code : refusalOf(error.status);
    // Of a window, it may be the window that is not there.
    if (refusal === null || (error.status === 404 && !isOfBoard && this.#board.isOfWindow)) return null;
    this.refusal = refusal;
    this.#connection.position = null;
    return refusedDelay();
  }

  #changed({ name, error, retryIn }) {
    if (name === "connecting" && this.refusal === null) this.#onState({ name });
    if (name === "ended") this.#onState({ name: "stopped" });
    // A fault of ours: it is told where such are looked for.
    if (name === "ended" && error) reportError(error);
    const isRefused = this.refusal !== null && !error?.isTemporary;
    if (name === "waiting") this.#onState({ name: isRefused ? this.refusal : name, retryAt: performance.now() + retryIn });
  }

  /** A wait that began unseen is long. */
  #seen = () => {
    if (!document.hidden && this.refusal !== null) this.#connection.hurry();
  };
}
