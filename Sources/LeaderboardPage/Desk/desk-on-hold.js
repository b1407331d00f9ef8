// Who is on hold on the board, by their ids: all that is reported of them waits for review. One that is chosen is open, and is taken off hold.

import { KeyedList } from "./desk-list.js";
import { Refused } from "./desk-service.js";
import { isTime, timeElement } from "./desk-times.js";
import { number } from "./format.js";
import { element } from "./markup.js";

const shown = 100;
/** What others do is seen then. */
const readEvery = 15_000;

/** { user, actor, time, reason }; time is null if it is not told. Null: rubbish. */
export function readOnHold(raw) {
  if (typeof raw?.user_id !== "string" || typeof raw.actor !== "string") return null;
  return { user: raw.user_id, actor: raw.actor, time: isTime(raw.time) ? raw.time : null, reason: typeof raw.reason === "string" ? raw.reason : "" };
}

export class OnHold {
  #service;
  #board;
  #elements;
  #list;
  #acts;
  #onAct;
  #onOpen;
  #users = [];
  #chosen = null;
  #stop = null;
  #readAt = -Infinity;

  /** `elements`: { rows, note, turn }: in `turn`, the button that takes off. `acts`: those of the desk. `onAct(act)`, `onOpen(user)`. */
  constructor(service, board, elements, { acts, onAct, onOpen }) {
    this.#service = service;
    this.#board = board;
    this.#elements = elements;
    this.#acts = acts;
    this.#onAct = onAct;
    this.#onOpen = onOpen;
    this.#list = new KeyedList(elements.rows, { onChoose: (user) => this.#onOpen(user) });
    elements.rows.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.key !== "o") return;
      event.preventDefault();
      event.stopPropagation();
      this.#takeOff(event.target.closest("button")?.dataset.key);
    });
    elements.turn.addEventListener("click", (event) => {
      if (event.target.closest("button")) this.#takeOff(this.#chosen);
    });
    this.#show();
  }

  set board(board) {
    this.#board = board;
    this.forget();
  }

  /** Somebody is open; null: nobody is. */
  set chosen(user) {
    this.#chosen = user;
    this.#show();
  }

  /** Something was done: others may be on hold. */
  changed() {
    this.#readAt = -Infinity;
  }

  /** What was read goes. */
  forget() {
    this.#stop?.abort();
    this.#users = [];
    this.#readAt = -Infinity;
    this.#elements.note.textContent = "";
    this.#show();
  }

  /** Once a second while it is seen. */
  tick(now) {
    if (now - this.#readAt >= readEvery) this.#read();
  }

  close() {
    this.#stop?.abort();
  }

  #takeOff(user) {
    if (this.#users.some((one) => one.user === user)) this.#onAct(this.#acts.unhold({ board: this.#board.name, user }));
  }

  async #read() {
    this.#stop?.abort();
    const stopping = (this.#stop = new AbortController());
    this.#readAt = performance.now();
    const { note } = this.#elements;
    try {
      const body = await this.#service.read(this.#service.path(this.#board.name, "on-hold"), { limit: shown }, stopping.signal);
      if (stopping.signal.aborted) return;
      this.#users = (Array.isArray(body?.on_hold) ? body.on_hold : []).map(readOnHold).filter(Boolean);
      const count = this.#users.length;
      note.textContent = typeof body?.next === "string" ? `The first ${number(count)}, by their ids; leaderboard admin on-hold lists all.`
        : count === 0 ? "Nobody is on hold." : `${number(count)}: all that are.`;
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      note.textContent = error.message;
      return;
    }
    this.#show();
  }

  #show() {
    this.#list.show(this.#users.map(({ user, actor, time, reason }) => ({
      key: user,
      content: [
        element("span", { class: "who" }, element("bdi", {}, user),
          element("small", {}, "by ", element("bdi", {}, actor), ", ", timeElement(time)),
          element("small", { class: "says" }, element("bdi", {}, reason))),
      ],
    })), this.#chosen);
    const { turn } = this.#elements;
    for (const button of turn.querySelectorAll("button")) button.disabled = !this.#users.some(({ user }) => user === this.#chosen);
    turn.hidden = this.#users.length === 0;
  }
}
