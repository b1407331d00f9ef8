// Requests of an operator, and what the service says where it refuses one.

import { heardAnswer } from "./clock.js";

/** A long audit takes the service a while. */
const patience = 60_000;

/** `message` is a sentence for people; `code` is the service's, or "unanswered". */
export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class Service {
  #token;
  #onRefused;

  /** `onRefused()`: the token is good no more, and says why. */
  constructor(token, { onRefused }) {
    this.#token = token;
    this.#onRefused = onRefused;
  }

  get token() {
    return this.#token;
  }

  /** What an operator's path of a board is. */
  path(board, ...parts) {
    return ["/api/v1/admin/boards", board, ...parts].map((part, at) => (at === 0 ? part : encodeURIComponent(part))).join("/");
  }

  /** Members of the query that are null or empty are left out. */
  read(path, query = {}, signal = null) {
    const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
    const address = given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
    return this.#ask(address, {}, signal, "The service did not answer. Try again in a moment.");
  }

  write(method, path, body = null, headers = {}) {
    const options = body === null
      ? { method, headers }
      : { method, headers: { ...headers, "Content-Type": "application/json" }, body: typeof body === "string" ? body : JSON.stringify(body) };
    return this.#ask(path, options, null, "The service did not answer: it may have happened. Look before you ask again.");
  }

  async #ask(address, options, signal, unanswered) {
    const signals = [AbortSignal.timeout(patience), signal].filter(Boolean);
    let answer;
    let body;
    try {
      answer = await fetch(address, {
        ...options, cache: "no-store", signal: AbortSignal.any(signals), headers: { ...options.headers, ...this.#token.headers },
      });
      heardAnswer(answer);
      body = await answer.json();
    } catch {
      throw new Refused(0, "unanswered", unanswered);
    }
    if (answer.ok) return body;
    const code = typeof body?.code === "string" ? body.code : "unknown";
    const message = typeof body?.message === "string" && body.message !== "" ? body.message : `The service answered ${answer.status}.`;
    if (answer.status === 401 || code === "insufficient_scope") {
      this.#token.refused(message);
      this.#onRefused();
    }
    throw new Refused(answer.status, code, message);
  }
}
