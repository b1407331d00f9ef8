// What was done in this tab, the latest first, each with its undo where there is one.

import { timeElement } from "./desk-times.js";
import { serviceTime } from "./clock.js";
import { element } from "./markup.js";

const most = 20;

export class Done {
  #section;
  #list;
  #onUndo;

  /** `onUndo(act)`. */
  constructor(section, list, { onUndo }) {
    this.#section = section;
    this.#list = list;
    this.#onUndo = onUndo;
  }

  /** `undo`: makes the act that undoes it, or null. */
  add({ board, words, undo }) {
    const button = undo ? element("button", { type: "button" }, "Undo…") : null;
    button?.addEventListener("click", () => this.#onUndo(undo()));
    this.#list.prepend(element("li", {}, timeElement(Math.round(serviceTime())), element("span", {}, words, element("small", {}, ` ${board}`)), button));
    while (this.#list.children.length > most) this.#list.lastElementChild.remove();
    this.#section.hidden = false;
  }
}
