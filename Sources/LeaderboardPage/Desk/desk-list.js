// A list of buttons, of which one is reached by Tab and the others by the arrow keys. Rows stay the same nodes while their key
// stays, so that nobody loses the place at which they are.

import { element } from "./markup.js";

export class KeyedList {
  #list;
  #rows = new Map();
  #onChoose;

  /** `list`: its place. `onChoose(key)`. */
  constructor(list, { onChoose }) {
    this.#list = list;
    this.#onChoose = onChoose;
    list.addEventListener("click", (event) => {
      const key = event.target.closest("button")?.dataset.key;
      if (key !== undefined) this.#onChoose(key);
    });
    list.addEventListener("keydown", (event) => this.#move(event));
    list.addEventListener("focusin", (event) => this.#reach(event.target.closest("button")));
  }

  /** `rows`: [{ key, content: what stands in it, as of `element` }]; `chosen`: the key of the one that is open. */
  show(rows, chosen) {
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const before = this.#rows;
    this.#rows = new Map(rows.map(({ key, content }) => {
      const item = before.get(key) ?? element("li", {}, element("button", { type: "button", "data-key": key, tabindex: "-1" }));
      const parts = content.filter(Boolean);
      // What says the same stays: a click may be under way on it.
      if (textOf(parts) !== textOf(item.firstElementChild.children)) item.firstElementChild.replaceChildren(...parts);
      if (key === chosen) item.firstElementChild.setAttribute("aria-current", "true");
      else item.firstElementChild.removeAttribute("aria-current");
      return [key, item];
    }));
    const items = [...this.#rows.values()];
    const isSame = items.length === this.#list.children.length && items.every((item, at) => item === this.#list.children[at]);
    if (!isSame) this.#list.replaceChildren(...items);
    const reached = this.#rows.get(focused) ?? this.#rows.get(chosen) ?? this.#list.firstElementChild;
    this.#reach(reached?.firstElementChild ?? null);
    if (focused !== undefined && !isSame) reached?.firstElementChild.focus({ preventScroll: true });
  }

  /** The first row, or the one that is open. */
  focus() {
    this.#list.querySelector("button[tabindex='0']")?.focus();
  }

  #reach(button) {
    if (!button) return;
    for (const other of this.#list.querySelectorAll("button[tabindex='0']")) other.tabIndex = -1;
    button.tabIndex = 0;
  }

  #move(event) {
    const buttons = [...this.#list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, to))].focus();
  }
}

const textOf = (parts) => [...parts].map((part) => part.outerHTML).join("");
