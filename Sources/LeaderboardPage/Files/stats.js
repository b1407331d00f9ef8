// How many watch and how many play: asked for when the feed goes live, and now and then while somebody looks. The answer's
// cursor also tells whether the feed has fallen asleep: a connection that died without a word looks the same as a quiet
// board. So does a network that swallows everything: then no answer comes either.

import { readStats } from "./message.js";

const every = 10_000;

export class Stats {
  #board;
  #feed;
  #isWanted;
  #onNumbers;
  #behind = null;
  #unanswered = null;

  /** `isWanted()`: somebody looks, and there is something to be seen. */
  constructor({ board, feed, isWanted = () => true, onNumbers }) {
    this.#board = board;
    this.#isWanted = isWanted;
    this.#feed = feed;
    this.#onNumbers = onNumbers;
  }

  async run() {
    for (;;) {
      await new Promise((resume) => setTimeout(resume, every * (0.8 + 0.4 * Math.random())));
      if (this.#isWanted()) await this.ask();
    }
  }

  async ask() {
    let stats = null;
    try {
      const answer = await this.#board.ask("stats", { signal: AbortSignal.timeout(5_000) });
      stats = answer.ok ? readStats(await answer.json()) : null;
      this.#unanswered = null;
    } catch {
      this.#doubt();
    }
    if (!stats || !this.#isWanted()) return;
    this.#onNumbers(stats);
    this.#compare(stats.position);
  }

  /** No answer to two questions in a row, and no message in between: nothing may come any more. */
  #doubt() {
    const isSilent = this.#unanswered === this.#feed.lastMessageAt;
    this.#unanswered = isSilent ? null : this.#feed.lastMessageAt;
    if (isSilent) this.#feed.reconnect();
  }

  /** Behind the same place of the board at two questions in a row, with no message in between: asleep. */
  #compare(board) {
    const seen = this.#feed.position;
    const isBehind = board && seen && (board.epoch !== seen.epoch || board.seq > seen.seq);
    if (!isBehind) {
      this.#behind = null;
    } else if (this.#behind === this.#feed.lastMessageAt) {
      this.#behind = null;
      this.#feed.resync();
    } else {
      this.#behind = this.#feed.lastMessageAt;
    }
  }
}
