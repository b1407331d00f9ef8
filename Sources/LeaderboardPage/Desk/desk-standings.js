// The standings of the board in pages, read again when the feed says that something has changed, with a filter over what is read.

import { KeyedList } from "./desk-list.js";
import { number } from "./format.js";
import { element } from "./markup.js";
import { readRanked } from "./message.js";

const onPage = 100;
/** However fast the board moves. */
const readEvery = 1_000;
const readWindowEvery = 5_000;

export class DeskStandings {
  #board;
  #windows;
  #elements;
  #list;
  #rows = [];
  #chosen = null;
  #offset = 0;
  #timer = null;
  #readAt = -Infinity;
  /** Counts what was asked for: an answer to something else is void. */
  #round = 0;

  /** `windows`: what they are of. `elements`: { rows, note, form, input, back, on }. `onOpen(user)`. */
  constructor(board, windows, elements, { onOpen }) {
    this.#board = board;
    this.#windows = windows;
    this.#elements = elements;
    this.#list = new KeyedList(elements.rows, { onChoose: onOpen });
    elements.input.addEventListener("input", () => this.#show());
    elements.input.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      this.#list.focus();
    });
    elements.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = elements.input.value.trim();
      const found = this.#filtered();
      // One whom the filter leaves, or whose id was written in full.
      if (!text) return;
      elements.input.value = "";
      onOpen(found.length === 1 && !this.#rows.some(({ user }) => user === text) ? found[0].user : text);
    });
    elements.back.addEventListener("click", () => this.#turn(-onPage));
    elements.on.addEventListener("click", () => this.#turn(onPage));
  }

  set board(board) {
    this.#board = board;
    this.#rows = [];
    this.#offset = 0;
    this.#round += 1;
    this.#elements.input.value = "";
    this.#show();
  }

  /** Of another window, or season. */
  turned() {
    this.#rows = [];
    this.#offset = 0;
    this.#round += 1;
    this.#show();
    this.#elements.note.textContent = "Reading…";
    this.#read();
  }

  set chosen(user) {
    this.#chosen = user;
    this.#show();
  }

  /** What is known of the windows is other than it was. */
  show() {
    if (this.#rows.length > 0) this.#show();
  }

  /** Something has changed. */
  changed() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#read();
    }, Math.max(0, this.#readAt + readEvery - performance.now()));
  }

  /** Once a second while it is seen. The feed is of the board: what counts in a further window only, it need not tell. */
  tick(now) {
    const { window, season } = this.#windows.chosen;
    if (window !== null && season === null && now - this.#readAt >= readWindowEvery) this.changed();
  }

  close() {
    clearTimeout(this.#timer);
    this.#round += 1;
  }

  #turn(by) {
    this.#offset = Math.max(0, this.#offset + by);
    this.#round += 1;
    this.#read();
  }

  async #read() {
    const round = this.#round;
    this.#readAt = performance.now();
    const { window, season } = this.#windows.chosen;
    const query = { limit: onPage, offset: this.#offset, include: "metadata", window, season };
    const rows = await this.#board.ask("scoreboard", { cache: "no-store", signal: AbortSignal.timeout(10_000) }, query)
      .then(async (answer) => (answer.ok ? readRanked(await answer.json()) : null), () => null);
    if (round !== this.#round) return;
    if (!rows) {
      this.#elements.note.textContent = "The standings could not be read.";
      return;
    }
    this.#rows = rows;
    this.#show();
  }

  #filtered() {
    const text = this.#elements.input.value.trim().toLowerCase();
    return this.#rows.filter(({ user, face }) => user.toLowerCase().includes(text) || face?.name?.toLowerCase().includes(text));
  }

  #show() {
    const { note, input, back, on } = this.#elements;
    const rows = this.#filtered();
    this.#list.show(rows.map(({ user, score, rank, face }) => ({
      key: user,
      content: [
        element("span", { class: "rank" }, number(rank)),
        element("span", { class: "who" }, element("bdi", {}, face?.name ?? user), face?.name ? element("small", {}, user) : null),
        element("span", { class: "score" }, number(score)),
      ],
    })), this.#chosen);
    back.disabled = this.#offset === 0;
    on.disabled = this.#rows.length < onPage;
    back.parentElement.hidden = back.disabled && on.disabled;
    const isFiltered = input.value.trim() !== "";
    if (isFiltered && rows.length === 0) note.textContent = "None of these rows. Enter opens the user with this id.";
    else if (this.#rows.length === 0) note.textContent = this.#offset > 0 ? "There are no further rows." : this.#windows.chosen.window === null ? "Nobody is on the board." : "Nobody is in this season.";
    else note.textContent = `${isFiltered ? `${rows.length} of the rows` : "Rows"} ${number(this.#offset + 1)} to ${number(this.#offset + this.#rows.length)}, ${this.#windows.isOver ? "final" : "live"}`;
  }
}
