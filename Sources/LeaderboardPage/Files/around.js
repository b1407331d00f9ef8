// Who stands next to the followed player, where the board's own rows do not show it. Asked for with the rank, and no more often.

import { isWide, number } from "./format.js";
import { element } from "./markup.js";
import { readRanked } from "./message.js";

const rows = 5;
const askEvery = 5_000;
/** With the same rank: others may have passed each other, or have another name. */
const askAnywayEvery = 60_000;

export class Around {
  #board;
  #faces;
  #list;
  #onKnown;
  #user = null;
  #rank = null;
  #shown = [];
  #askedAt = -Infinity;
  #isAsking = false;

  /** `onKnown()`: there is another face than before. */
  constructor({ board, faces, list, onKnown }) {
    this.#board = board;
    this.#faces = faces;
    this.#list = list;
    this.#onKnown = onKnown;
  }

  /** [{ user, score, rank }], best first. */
  get rows() {
    return this.#shown;
  }

  /** `user`: null where nobody is to be shown. Once a second, and when others are followed. */
  tick(user, rank) {
    if (user !== this.#user) {
      this.#user = user;
      this.#rank = null;
      this.#askedAt = -Infinity;
      this.#show([]);
    }
    const now = performance.now();
    if (user === null || rank === null || this.#isAsking) return;
    if (now - this.#askedAt < (rank === this.#rank ? askAnywayEvery : askEvery)) return;
    this.#ask(user, rank, now);
  }

  /** Other standings are shown. */
  forget() {
    this.tick(null, null);
  }

  /** Where names are others now, too. */
  redraw() {
    this.#list.hidden = this.#shown.length < 2;
    this.#list.classList.toggle("wide", this.#shown.some(({ score }) => isWide(score)));
    this.#list.replaceChildren(...this.#shown.map(({ user, score, rank }) =>
      element("li", { "aria-current": user === this.#user ? "true" : null },
        element("span", { class: "rank" }, number(rank)),
        element("button", { type: "button", "data-user": user, title: user }, element("bdi", {}, this.#faces.of(user)?.name ?? user)),
        element("span", { class: "score" }, number(score)))));
  }

  #show(found) {
    this.#shown = found;
    this.redraw();
  }

  async #ask(user, rank, now) {
    this.#isAsking = true;
    this.#askedAt = now;
    let found = null;
    try {
      const query = { season: null, around_user: user, limit: rows, include: "metadata" };
      const answer = await this.#board.ask("scoreboard", { signal: AbortSignal.timeout(5_000) }, query);
      found = answer.ok ? readRanked(await answer.json()) : null;
    } catch {
      // There will be another question.
    }
    this.#isAsking = false;
    if (user !== this.#user || found === null) return;
    this.#rank = rank;
    const changed = found.map((row) => this.#faces.learn(row.user, row.face));
    this.#show(found);
    if (changed.includes(true)) this.#onKnown();
  }
}
