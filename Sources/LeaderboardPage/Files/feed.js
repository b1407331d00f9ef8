// The stream of messages: connected by WebSocket, or by Server-Sent Events where that fails, resumed by cursor after a
// break, and checked for holes. Whatever goes wrong here ends in a connection attempt, never in a wrong board.

import { openEventStream, openWebSocket } from "./transport.js";

const firstDelay = 500;
const longestDelay = 15_000;
/** The first message must follow the connection within this: a proxy may accept and then hold back. */
const patience = 10_000;
/** Browsers tell neither why a WebSocket did not open nor that it never will. Counted are those that the service, which
 * answered otherwise, did not open: one that is away opens nothing, and is no reason to change the transport. */
const failuresBeforeEventStream = 2;

export class Feed {
  /** { epoch, seq }: every change up to here has been seen. Null: nothing yet, or a hole; a snapshot must come. */
  position = null;
  /** How the messages arrive: "WebSocket" or "Server-Sent Events". */
  transport = null;
  /** When the last message came (`performance.now()`). */
  lastMessageAt = -Infinity;

  #onMessage;
  #onState;
  #close = null;
  #timer = null;
  #failures = 0;
  #webSocketFailures = 0;

  /**
   * `onMessage(message, isFirst)`: a message that continues what came before; `isFirst` on each new connection.
   * `onState({ name, retryAt })`: "connecting", "live", "waiting" (until `retryAt`), "stopped".
   */
  constructor({ onMessage, onState }) {
    this.#onMessage = onMessage;
    this.#onState = onState;
  }

  start() {
    if (this.#close || this.#timer) return;
    this.#connect();
    addEventListener("online", this.#hurry);
  }

  stop() {
    removeEventListener("online", this.#hurry);
    this.#end();
    this.#onState({ name: "stopped" });
  }

  /** Starts again from a snapshot. */
  resync() {
    this.position = null;
    this.#end();
    this.#connect();
  }

  #connect() {
    const useEventStream = this.#webSocketFailures >= failuresBeforeEventStream;
    const open = useEventStream ? openEventStream : openWebSocket;
    this.transport = useEventStream ? "Server-Sent Events" : "WebSocket";
    this.#onState({ name: "connecting" });
    let isFirst = true;
    const expectFirst = () => {
      isFirst = true;
      this.#after(patience, () => this.#lost({ code: 1006, opened: false }));
    };
    expectFirst();
    const cursor = this.position && `${this.position.epoch}:${this.position.seq}`;
    this.#close = open(cursor, {
      opened() {},
      received: (text) => {
        const message = this.#read(text);
        if (!message) return this.resync();
        this.lastMessageAt = performance.now();
        if (isFirst) {
          this.#after(null);
          this.#failures = 0;
          if (!useEventStream) this.#webSocketFailures = 0;
          this.#onState({ name: "live" });
        }
        this.#onMessage(message, isFirst);
        isFirst = false;
      },
      interrupted: () => {
        expectFirst();
        this.#onState({ name: "connecting" });
      },
      ended: (end) => this.#lost(end),
    });
  }

  /** Null: rubbish, or not the continuation of what came before. */
  #read(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return null;
    }
    const cursor = readCursor(message?.cursor);
    if (!cursor) return null;
    if (message.type === "changes") {
      const last = this.position;
      if (!last || last.epoch !== cursor.epoch || message.from > last.seq + 1) return null;
    } else if (message.type !== "snapshot" && message.type !== "scoreboard") {
      // A kind of message from a later version of the service.
      return { type: "unknown" };
    }
    this.position = cursor;
    return { ...message, position: cursor };
  }

  #lost({ code, opened }) {
    this.#end();
    this.#failures += 1;
    if (this.transport === "WebSocket") {
      if (opened) this.#webSocketFailures = 0;
      else this.#countIfServed();
    } else {
      // WebSocket first, each time anew.
      this.#webSocketFailures = failuresBeforeEventStream - 1;
    }
    const delay = retryDelay(this.#failures, code);
    this.#onState({ name: "waiting", retryAt: performance.now() + delay });
    this.#after(delay, () => this.#connect());
  }

  async #countIfServed() {
    try {
      const { ok } = await fetch("/api/v1/scoreboard/stats", { cache: "no-store", signal: AbortSignal.timeout(5_000) });
      if (ok) this.#webSocketFailures += 1;
    } catch {
      // The service is away.
    }
  }

  #hurry = () => {
    if (this.#close) return;
    this.#end();
    this.#connect();
  };

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

/** `<epoch>:<seq>` */
export function readCursor(text) {
  if (typeof text !== "string") return null;
  const colon = text.lastIndexOf(":");
  const seq = Number(text.slice(colon + 1));
  return colon > 0 && Number.isSafeInteger(seq) && seq >= 0 ? { epoch: text.slice(0, colon), seq } : null;
}

/**
 * Doubles with each failure in a row, and is spread over the whole range, so that viewers of a restarted service do not
 * all come back at once. 1013 (try again later): the service is full, so at least five seconds.
 */
export function retryDelay(failures, code, random = Math.random) {
  const ceiling = Math.min(longestDelay, firstDelay * 2 ** failures);
  const delay = 200 + random() * (ceiling - 200);
  return code === 1013 ? 5_000 + delay : delay;
}
