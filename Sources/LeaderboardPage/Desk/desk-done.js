// What was done in this tab, the latest first, each with its undo where there is one.

import { timeElement } from "./desk-times.js";
import { serviceTime } from "./clock.js";
import { element } from "./markup.js";

const most = 20;

export class Done {
  #section;
  #list;
  #all;
  #onUndo;

  /** `all`: on a small screen the latest is seen, and this shows the others; `close` puts it away until something more is done. `onUndo(act)`. */
  constructor(section, list, { all, close }, { onUndo }) {
    this.#section = section;
    this.#list = list;
    this.#all = all;
    this.#onUndo = onUndo;
    all.addEventListener("click", () => this.#open(section.dataset.all === undefined));
    close.addEventListener("click", () => (section.hidden = true));
  }

  #open(isOpen) {
    if (isOpen) this.#section.dataset.all = "";
    else delete this.#section.dataset.all;
    this.#all.setAttribute("aria-expanded", String(isOpen));
  }

  /** `undo`: makes the act that undoes it, or null. */
  add({ board, words, undo }) {
    const button = undo ? element("button", { type: "button" }, "Undo…") : null;
    button?.addEventListener("click", () => this.#onUndo(undo()));
    this.#list.prepend(element("li", {}, timeElement(Math.round(serviceTime())), element("span", {}, words, element("small", {}, ` On ${board}.`)), button));
    while (this.#list.children.length > most) this.#list.lastElementChild.remove();
    this.#all.hidden = this.#list.children.length < 2;
    this.#open(false);
    this.#section.hidden = false;
  }
}
