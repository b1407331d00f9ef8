// Whom somebody may mean who begins to write an id or a name (ARIA Authoring Practices: combobox with a list). Only those are offered
// whom the page knows already: nobody is asked for the rest.

import { element } from "./markup.js";

const most = 6;

export class Suggestions {
  #input;
  #list;
  #known;
  #onChoose;
  #active = -1;

  /** `known()`: [{ user, name }], a name is null where there is none. `onChoose(user)`. `onType()`: something else is written. */
  constructor({ input, list }, { known, onChoose, onType }) {
    this.#input = input;
    this.#list = list;
    this.#known = known;
    this.#onChoose = onChoose;
    input.addEventListener("input", () => {
      onType();
      this.show(input.value.trim());
    });
    input.addEventListener("keydown", (event) => this.#keyPressed(event));
    input.addEventListener("blur", () => this.close());
    // The input keeps the focus.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.#choose(event.target.closest("[role=option]")));
  }

  /** Those whose id or name, or a further word of it, begins so. */
  matching(text) {
    const begin = text.toLocaleLowerCase();
    if (begin === "") return [];
    const begins = (words) => words.toLocaleLowerCase().startsWith(begin);
    const found = this.#known().filter(({ user, name }) => begins(user) || (name !== null && (begins(name) || name.split(/\s+/u).some(begins))));
    return [...new Map(found.map((each) => [each.user, each])).values()].slice(0, most);
  }

  /** False: there is nobody to offer. */
  show(text) {
    const found = this.matching(text);
    this.#list.replaceChildren(...found.map(option));
    this.#list.hidden = found.length === 0;
    this.#input.setAttribute("aria-expanded", found.length > 0);
    this.#activate(-1);
    return found.length > 0;
  }

  close() {
    if (!this.#list.hidden) this.show("");
  }

  #choose(option) {
    if (!option) return;
    this.#input.value = option.dataset.user;
    this.#onChoose(option.dataset.user);
  }

  #activate(at) {
    this.#active = at;
    [...this.#list.children].forEach((each, place) => each.setAttribute("aria-selected", place === at));
    if (at < 0) this.#input.removeAttribute("aria-activedescendant");
    else this.#input.setAttribute("aria-activedescendant", this.#list.children[at].id);
  }

  #keyPressed(event) {
    const count = this.#list.children.length;
    if (count === 0 || event.isComposing) return;
    if (event.key === "ArrowDown") this.#activate((this.#active + 1) % count);
    else if (event.key === "ArrowUp") this.#activate((Math.max(this.#active, 0) + count - 1) % count);
    else if (event.key === "Enter" && this.#active >= 0) this.#choose(this.#list.children[this.#active]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }
}

function option({ user, name }, place) {
  const attributes = { id: `suggestion-${place}`, role: "option", "data-user": user, "aria-selected": "false" };
  return element("li", attributes, element("bdi", {}, name ?? user), name === null ? null : [" ", element("small", {}, user)]);
}
