// The final standings of a past season, in pages. Nothing of them is live: they are read once, and again until there is an answer.

import { refusedDelay } from "./board.js";
import { readRanked } from "./message.js";
import { Backoff } from "./retry.js";
import { places } from "./standings.js";

const patience = 10_000;

export class Past {
  /** Why nothing is shown: "gone" or "private", or null. */
  refusal = null;
  /** [{ user, score, rank, face }], best first. Null: not read yet. */
  rows = null;
  /** There are more behind them. */
  hasMore = false;

  #board;
  #place;
  #onState;
  #backoff = new Backoff();
  #reading = null;
  #timer = null;

  /** `onState({ name, retryAt })`: "connecting", "past" (the rows are there), "waiting", "gone", "private". */
  constructor({ board, place, onState }) {
    this.#board = board;
    this.#place = place;
    this.#onState = onState;
  }

  /** Reads what the place says now. */
  async start() {
    this.stop();
    const { signal } = (this.#reading = new AbortController());
    this.#timer = setTimeout(() => this.#failed("unanswered"), patience);
    if (this.refusal === null) this.#onState({ name: "connecting" });
    const refusal = await this.#board.look(signal);
    // It may have led elsewhere: to another place, where there is no such window.
    if (signal.aborted) return;
    const page = refusal === null ? await this.#read(signal) : null;
    if (signal.aborted) return;
    if (page === null) return this.#failed(refusal ?? "unanswered");
    clearTimeout(this.#timer);
    this.refusal = null;
    this.#backoff.well(performance.now());
    this.rows = page.slice(0, places);
    this.hasMore = page.length > places;
    this.#onState({ name: "past" });
  }

  stop() {
    clearTimeout(this.#timer);
    this.#reading?.abort();
    this.#reading = null;
    this.rows = null;
  }

  /** One row more than are shown tells whether there are more. Null: no answer. */
  async #read(signal) {
    try {
      const query = { limit: places + 1, offset: this.#place.offset, include: "metadata" };
      const answer = await this.#board.ask("scoreboard", { signal }, query);
      // Nobody was in it, or it is kept no longer.
      if (answer.status === 404) return [];
      return answer.ok ? readRanked(await answer.json()) : null;
    } catch {
      return null;
    }
  }

  #failed(refusal) {
    this.stop();
    const isRefused = refusal !== "unanswered";
    this.refusal = isRefused ? refusal : null;
    const now = performance.now();
    const delay = isRefused ? refusedDelay() : this.#backoff.failed(now);
    this.#timer = setTimeout(() => this.start(), delay);
    this.#onState({ name: isRefused ? refusal : "waiting", retryAt: now + delay });
  }
}
