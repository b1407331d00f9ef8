// The first three of a season that has ended.

import { number } from "./format.js";
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
      step.dataset.rank = rank;
      step.querySelector(".rank").textContent = rank;
      step.querySelector(".score").textContent = number(row.score);
      new Portrait(step).show(row.user, faces.of(row.user));
      return step;
    }));
  }
}
