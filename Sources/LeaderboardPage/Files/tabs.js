// The windows of a board as tabs (ARIA Authoring Practices: tabs with automatic activation). None where there is one.

import { element } from "./markup.js";

export class Tabs {
  #list;
  #panel;
  #onChoose;
  #names = "";

  /** `panel`: what the chosen one shows. `onChoose(name)`: another one is chosen. */
  constructor({ list, panel }, { onChoose }) {
    this.#list = list;
    this.#panel = panel;
    this.#onChoose = onChoose;
    list.addEventListener("click", (event) => this.#choose(event.target.closest("[role=tab]")));
    list.addEventListener("keydown", (event) => this.#keyPressed(event));
  }

  /** `windows`: [{ name, words }]. `chosen`: a name. */
  show(windows, chosen) {
    const names = windows.map(({ name, words }) => `${name} ${words}`).join("\n");
    if (names !== this.#names) {
      this.#names = names;
      this.#list.replaceChildren(...(windows.length > 1 ? windows.map((window) => this.#tab(window)) : []));
    }
    this.#list.hidden = windows.length < 2;
    for (const tab of this.#tabs) {
      const isChosen = tab.dataset.window === chosen;
      tab.setAttribute("aria-selected", isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
    }
    if (this.#list.hidden) {
      this.#panel.removeAttribute("role");
      this.#panel.setAttribute("aria-labelledby", "board-title");
    } else {
      this.#panel.setAttribute("role", "tabpanel");
      this.#panel.setAttribute("aria-labelledby", idOf(chosen));
    }
  }

  get #tabs() {
    return [...this.#list.children];
  }

  #tab({ name, words }) {
    const attributes = { type: "button", role: "tab", id: idOf(name), "data-window": name, "data-words": words, "aria-controls": this.#panel.id };
    return element("button", attributes, words);
  }

  #choose(tab) {
    if (!tab) return;
    tab.focus();
    if (tab.getAttribute("aria-selected") !== "true") this.#onChoose(tab.dataset.window);
  }

  #keyPressed(event) {
    const tabs = this.#tabs;
    const at = tabs.indexOf(document.activeElement);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#choose(tabs[(next + tabs.length) % tabs.length]);
  }
}

const idOf = (name) => `window-${name}`;
