// The first three: of a season that has ended, or, on a wall display, of the standings as they are.

import { isWide, number } from "./format.js";
import { Portrait } from "./portrait.js";

export class Podium {
  #list;

  /** An `ol`. */
  constructor(list) {
    this.#list = list;
  }

  /** `rows`: best first, with ranks or from the first on. */
  show(rows, order, faces) {
    this.#list.classList.toggle("faces", faces.areThere);
    this.#list.replaceChildren(...rows.slice(0, 3).map((row, place) => {
      const step = document.getElementById("step").content.firstElementChild.cloneNode(true);
      const rank = row.rank ?? order.rank(place, rows);
      const portrait = new Portrait(step);
      step.dataset.rank = rank;
      step.classList.toggle("covered", row.user === null);
      step.classList.toggle("wide", isWide(row.score));
      step.querySelector(".rank").textContent = rank;
      step.querySelector(".score").textContent = row.user === null ? "" : number(row.score);
      if (row.user === null) portrait.cover();
      else portrait.show(row.user, faces.of(row.user));
      return step;
    }));
  }
}
