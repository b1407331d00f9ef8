// The past seasons of the window that is shown: who won the last one, and a list of all that are kept, the latest first, in pages.

import { serviceTime } from "./clock.js";
import { number } from "./format.js";
import { element } from "./markup.js";
import { readRanked } from "./message.js";
import { Podium } from "./podium.js";
import { Backoff } from "./retry.js";
import { readSeasons } from "./season.js";

const onPage = 3;
/** At an end all viewers learn of it at once: what they ask is spread over this. */
const spread = 4_000;

export class Seasons {
  #board;
  #place;
  #elements;
  #podiums;
  #faces;
  #onList;
  #backoff = new Backoff();
  /** Counts what is asked for: an answer to an earlier question is void. */
  #round = 0;
  #isStarted = false;
  #wasFrozen = false;
  #last = null;
  #listed = [];
  #timer = null;

  /** `elements`: { card, title, podium, winners, list, earlier, newest }. `onList()`: others are listed. */
  constructor({ board, place, faces, elements }, { onList }) {
    this.#board = board;
    this.#place = place;
    this.#faces = faces;
    this.#elements = elements;
    this.#podiums = [elements.podium, elements.winners.querySelector("ol")].map((list) => new Podium(list));
    this.#onList = onList;
    elements.list.addEventListener("click", (event) => this.#clicked(event));
    elements.earlier.addEventListener("click", () => this.#list(this.#listed.at(-1)?.until ?? null));
    elements.newest.addEventListener("click", () => this.#list(null));
  }

  /** What the board is may be known for the first time. */
  boardIsKnown() {
    const isSame = this.#board.isFrozen === this.#wasFrozen;
    this.#wasFrozen = this.#board.isFrozen;
    if (this.#isStarted && isSame) this.redraw();
    else this.start();
  }

  /** Another window is shown. */
  start() {
    this.stop();
    this.#last = null;
    this.#listed = [];
    this.redraw();
    this.#isStarted = this.#board.isDefined;
    if (!this.#hasNone) this.#list(null);
  }

  /** Nothing may be seen of them any more, until the board is known again. */
  forget() {
    this.stop();
    this.#isStarted = false;
    this.#last = null;
    this.#listed = [];
    this.redraw();
  }

  stop() {
    this.#round += 1;
    clearTimeout(this.#timer);
  }

  /** It has just ended, with these rows. */
  ended(season, rows) {
    if (season.window !== this.#place.window) return;
    this.#last = { season, rows: rows.slice(0, 3) };
    this.redraw();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#list(null), 500 + spread * Math.random());
  }

  /** What the list knows of a season. */
  find(id) {
    return this.#listed.find((season) => season.id === id) ?? null;
  }

  get #hasNone() {
    const { window } = this.#place;
    return window === null || window === "all" || !this.#board.isDefined || this.#board.isFrozen;
  }

  /** Those that end before a moment; null: the latest. */
  async #list(before) {
    const round = (this.#round += 1);
    const { window } = this.#place;
    const query = { window, season: null, limit: onPage + 2, ...(before === null ? {} : { before }) };
    const seasons = await this.#ask("seasons", query, readSeasons);
    if (round !== this.#round) return;
    const now = performance.now();
    if (seasons === null) {
      this.#timer = setTimeout(() => this.#list(before), 1_000 + this.#backoff.failed(now));
      return;
    }
    this.#backoff.well(now);
    const ended = seasons.filter(({ until }) => until !== null && until <= serviceTime());
    this.#listed = ended.slice(0, onPage);
    this.#elements.earlier.disabled = ended.length <= onPage;
    this.#elements.newest.disabled = before === null;
    this.redraw();
    this.#onList();
    const [last] = ended;
    if (before !== null || !last || last.id === this.#last?.season.id) return;
    const rows = await this.#ask("scoreboard", { window, season: last.id, limit: 3, include: "metadata" }, readRanked);
    if (round !== this.#round || rows === null) return;
    for (const { user, face } of rows) this.#faces.learn(user, face);
    this.#last = { season: last, rows };
    this.redraw();
  }

  /** Null: no answer. */
  async #ask(part, query, read) {
    try {
      const answer = await this.#board.ask(part, { signal: AbortSignal.timeout(5_000) }, query);
      return answer.ok ? read(await answer.json()) : null;
    } catch {
      return null;
    }
  }

  /** Where the faces, the season or the calendar are others now, too. */
  redraw() {
    const { card, title, podium, winners, list } = this.#elements;
    const hasLast = this.#last !== null && this.#last.rows.length > 0 && this.#place.season === null;
    card.hidden = !hasLast && this.#listed.length === 0;
    podium.hidden = winners.hidden = !hasLast;
    title.textContent = hasLast ? `Last season: ${this.#board.calendar.words(this.#last.season)}` : "Past seasons";
    winners.querySelector("figcaption").textContent = title.textContent;
    if (hasLast) for (const each of this.#podiums) each.show(this.#last.rows, this.#board.order, this.#faces);
    list.replaceChildren(...this.#listed.map((season) => this.#link(season)));
  }

  #link(season) {
    const isShown = season.id === this.#place.season;
    const href = this.#place.address({ season: season.id });
    return element("li", {},
      element("a", { href, "data-season": season.id, "aria-current": isShown ? "true" : null }, this.#board.calendar.words(season)),
      element("small", {}, season.users === 1 ? "1 player" : `${number(season.users)} players`));
  }

  #clicked(event) {
    const link = event.target.closest("a");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#place.go({ season: link.dataset.season });
  }
}
