// The board that the page shows: that of its path, /boards/{name}, or `main`, whose paths name none. Where it is read, and
// what is known of it.

import { readDefinition } from "./message.js";
import { usualOrder } from "./order.js";

/** What is shown of a definition may be that old. */
const askEvery = 10_000;

export class Board {
  /** Null: `main`, of which nothing is asked. */
  name = nameOf(location.pathname);
  title = null;
  order = usualOrder;

  #onKnown;
  #isAsking = false;
  #askedAt = -Infinity;

  /** `onKnown()`: the title or the order is another one now. */
  constructor({ onKnown }) {
    this.#onKnown = onKnown;
  }

  /** `live`, `events`, `stats`, `users/ID`. */
  path(part) {
    return this.name === null ? `/api/v1/scoreboard/${part}` : `/api/v1/boards/${encodeURIComponent(this.name)}/${part}`;
  }

  /** Finds out what the board is. Null: that is known; else why not: "gone", "private", "unanswered". */
  async look(signal) {
    if (this.name === null) return null;
    this.#askedAt = performance.now();
    try {
      const answer = await fetch(`/api/v1/boards/${encodeURIComponent(this.name)}`, { signal });
      const refusal = refusalOf(answer.status);
      if (refusal) return refusal;
      const definition = answer.ok ? readDefinition(await answer.json()) : null;
      if (!definition) return "unanswered";
      this.title = definition.title || this.name;
      this.order = definition.order;
      this.#onKnown();
      return null;
    } catch {
      return "unanswered";
    }
  }

  /** Somebody may have changed it: a snapshot came without our asking. */
  async lookAgain() {
    if (this.#isAsking || this.name === null) return;
    this.#isAsking = true;
    const wait = Math.max(0, this.#askedAt + askEvery - performance.now());
    await new Promise((resume) => setTimeout(resume, wait + 300 * Math.random()));
    await this.look(AbortSignal.timeout(5_000));
    this.#isAsking = false;
  }
}

/** Why a board is not shown; null: for no reason of its own. */
export function refusalOf(status) {
  if (status === 404) return "gone";
  return status === 401 || status === 403 ? "private" : null;
}

function nameOf(path) {
  const [, name] = /^\/boards\/([^/]+)$/.exec(path) ?? [];
  try {
    return name === undefined ? null : decodeURIComponent(name);
  } catch {
    return name;
  }
}
