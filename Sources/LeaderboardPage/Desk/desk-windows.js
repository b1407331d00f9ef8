// Which window of the board, and which of its seasons, the standings are of.

import { serviceTime } from "./clock.js";
import { number } from "./format.js";
import { element } from "./markup.js";
import { readSeasons, readWindows } from "./season.js";

const listed = 100;
/** Where a season has ended. */
const readEvery = 10_000;

export class Windows {
  #board;
  #line;
  #select;
  #onChoose;
  #onRead;
  #windows = [];
  #seasons = [];
  /** { window, season }; null where it is the board's first window, or the season that runs. */
  #chosen;
  #round = 0;
  #readAt = -Infinity;

  /** `line`: what is seen where there is a choice; `select`: in it. `onChoose()`; `onRead()`: the seasons are others. `chosen`: of before. */
  constructor(board, line, select, chosen, { onChoose, onRead }) {
    this.#board = board;
    this.#line = line;
    this.#select = select;
    this.#onChoose = onChoose;
    this.#onRead = onRead;
    this.#chosen = chosen;
    select.addEventListener("change", () => {
      const [window, season] = select.value.split(" ");
      this.#chosen = { window: window || null, season: season ?? null };
      this.#onChoose();
    });
  }

  set board(board) {
    this.#round += 1;
    this.#board = board;
    this.#chosen = { window: null, season: null };
    this.#windows = this.#seasons = [];
    this.#show();
  }

  get chosen() {
    return this.#chosen;
  }

  /** The board is known, or a season has begun. */
  async read() {
    const round = (this.#round += 1);
    this.#readAt = performance.now();
    const windows = readWindows(this.#board.definition?.windows);
    const hasSeasons = windows.some(({ name }) => name !== "all");
    const seasons = hasSeasons ? await this.#ask() : [];
    if (round !== this.#round || seasons === null) return;
    this.#windows = windows;
    this.#seasons = seasons;
    const { window, season } = this.#chosen;
    const isThere = (window === null || windows.some(({ name }) => name === window))
      && (season === null || seasons.length === listed || seasons.some((one) => one.window === window && one.id === season));
    // A window that was taken away meanwhile, or a season that is not kept any more.
    if (!isThere) this.#chosen = { window: null, season: null };
    this.#show();
    if (!isThere) this.#onChoose();
    this.#onRead();
  }

  /** The seasons of all windows, those that run first, then the latest: [{ window, id, isOver, users }]. */
  get seasons() {
    return this.#seasons.map(({ window, id, isFinal, until, users }) => ({ window, id, users, isOver: isFinal || (until !== null && until <= serviceTime()) }))
      .sort((one, other) => Number(one.isOver) - Number(other.isOver));
  }

  /** What is chosen takes no updates any more: a season of before, or any of a board that took them up to a time. */
  get isOver() {
    return this.#chosen.season !== null || this.#board.isOver;
  }

  /** Once a second while it is seen. */
  tick(now) {
    const hasEnded = this.#seasons.some(({ isFinal, until }) => !isFinal && until !== null && until <= serviceTime());
    if (hasEnded && now - this.#readAt >= readEvery) this.read();
  }

  async #ask() {
    try {
      const answer = await this.#board.ask("seasons", { cache: "no-store", signal: AbortSignal.timeout(10_000) }, { limit: listed });
      return answer.ok ? readSeasons(await answer.json()) : null;
    } catch {
      return null;
    }
  }

  #show() {
    const { window, season } = this.#chosen;
    this.#line.hidden = this.#windows.length < 2 && !this.#seasons.some(({ isFinal }) => isFinal);
    const groups = this.#windows.map((each, at) => {
      const value = at === 0 ? "" : each.name;
      const past = this.#seasons.filter((one) => one.window === each.name && one.isFinal)
        .map(({ id, users }) => element("option", { value: `${each.name} ${id}` }, `${id} · ${number(users)} ${users === 1 ? "player" : "players"}`));
      const now = element("option", { value }, each.words);
      return past.length === 0 ? now : element("optgroup", { label: each.name }, now, past);
    });
    const value = season !== null ? `${window} ${season}` : (window ?? "");
    this.#select.replaceChildren(...groups);
    // One further back than the list reaches.
    if (season !== null && ![...this.#select.options].some((option) => option.value === value)) this.#select.append(element("option", { value }, `${window} ${season}`));
    this.#select.value = value;
  }
}
