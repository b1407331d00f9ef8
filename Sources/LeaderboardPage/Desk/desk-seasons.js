// Where the user who is open stands in each season of the board's windows: those that run, and those that are over.

import { number } from "./format.js";
import { element } from "./markup.js";

/** Each is asked by itself. */
const most = 12;

export class UserSeasons {
  #windows;
  #section;
  #list;
  #note;
  #stop = null;

  /** `windows`: the board's. `section`: what is seen where there are seasons; in it `list` and `note`. */
  constructor(windows, section, list, note) {
    this.#windows = windows;
    this.#section = section;
    this.#list = list;
    this.#note = note;
  }

  clear() {
    this.#stop?.abort();
    this.#stop = null;
    this.#section.hidden = true;
    this.#list.replaceChildren();
    this.#note.textContent = "";
  }

  /** Asks for each; what was shown stays until all have answered. */
  async show(board, user) {
    this.#stop?.abort();
    const stopping = (this.#stop = new AbortController());
    const seasons = this.#windows.seasons;
    this.#section.hidden = seasons.length === 0;
    if (seasons.length === 0) return;
    const asked = seasons.slice(0, most);
    const places = await Promise.all(asked.map(({ window, id }) => this.#ask(board, user, { window, season: id }, stopping.signal)));
    if (stopping.signal.aborted) return;
    this.#list.replaceChildren(...asked.map(({ window, id, isOver }, at) => element("li", {},
      element("span", {}, `${window} ${id}`, element("small", {}, isOver ? " final" : " runs")), element("span", {}, places[at]))));
    this.#note.textContent = seasons.length > most ? `The latest ${number(most)} seasons; ${number(seasons.length - most)} before them were not asked.` : "";
  }

  async #ask(board, user, season, signal) {
    try {
      const answer = await board.ask(`users/${encodeURIComponent(user)}`, { cache: "no-store", signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) }, season);
      // Who is suspended or hidden is not there for readers.
      if (answer.status === 404) return "not in it";
      const { rank, total, score } = answer.ok ? await answer.json() : {};
      if (![rank, total, score].every(Number.isSafeInteger)) return "could not be read";
      return `${number(score)}, rank ${number(rank)} of ${number(total)}`;
    } catch {
      return "could not be read";
    }
  }
}
