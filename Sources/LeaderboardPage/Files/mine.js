// The followed player's row, at the edge of a small screen while neither the row itself nor the player's card is to be seen.

import { number } from "./format.js";

export class Mine {
  #elements;
  #seen = new Set();
  #watched = null;
  #isThere = false;
  #observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#seen.add(target);
      else this.#seen.delete(target);
    }
    this.#place();
  }, { threshold: 0.6 });

  /** `elements`: { bar, rank, name, score, card, stage }: `bar` is a button, `card` is the player's. */
  constructor(elements) {
    this.#elements = elements;
    this.#observer.observe(elements.card);
    elements.bar.addEventListener("click", () => (this.#watched ?? elements.card).scrollIntoView({ block: "center" }));
  }

  /** `standing`: { score, rank }; null: nobody is followed, or the board does not have them. `row`: the element that shows it, or null. */
  show(name, standing, row) {
    const { bar, rank, name: title, score } = this.#elements;
    if (row !== this.#watched) {
      if (this.#watched) this.#observer.unobserve(this.#watched);
      this.#seen.delete(this.#watched);
      this.#watched = row;
      if (row) this.#observer.observe(row);
    }
    this.#isThere = standing !== null && standing.rank !== null;
    if (this.#isThere) {
      rank.textContent = number(standing.rank);
      title.textContent = name;
      score.textContent = standing.score === null ? "" : number(standing.score);
      bar.dataset.rank = standing.rank;
    }
    this.#place();
  }

  #place() {
    const isHidden = !this.#isThere || this.#seen.size > 0;
    if (this.#elements.bar.hidden !== isHidden) this.#elements.bar.hidden = isHidden;
  }
}
