// The list of rows. One node for each user shown, out of a pool; drawn at most once in a frame.

import { Row } from "./row.js";

/** A score of this many digits takes a line of its own where there is little room. */
const wideScore = 1e9;

/** A screen reader reads the list in the order of its nodes; nobody sees that order, so it need not follow each move. */
const reorderEvery = 1_500;

export class Rows {
  #list;
  #rows = new Map();
  #pool = [];
  #gains = new Map();
  #followed = null;
  #reorderAt = 0;
  #isOrdered = true;

  constructor(list) {
    this.#list = list;
  }

  /** Shown with the next drawing, if the user is on the board then. */
  gained(user, increase) {
    this.#gains.set(user, (this.#gains.get(user) ?? 0) + increase);
  }

  follow(user) {
    this.#followed = user;
    for (const row of this.#rows.values()) row.followed = row.user === user;
  }

  /**
   * `top` is best first, by the board's order: { user, score }, each with its rank where they do not begin with the best. With `atOnce`
   * nothing moves or flashes: all is where it belongs.
   */
  draw(top, order, faces, now, { atOnce }) {
    this.#list.classList.toggle("still", atOnce);
    this.#list.classList.toggle("faces", faces.areThere);
    this.#list.classList.toggle("wide", top.some(({ score }) => Math.abs(score) >= wideScore));
    const best = top[0]?.score ?? 0;
    const shown = new Set();
    top.forEach(({ user, score, rank = null }, place) => {
      shown.add(user);
      const row = this.#rows.get(user) ?? this.#add(user, atOnce);
      const bar = order.share(score, best);
      row.show({ place, rank: rank ?? order.rank(place, top), score, bar, face: faces.of(user) }, now);
      const gain = this.#gains.get(user);
      if (gain && !atOnce) row.gained(gain, order, now);
    });
    this.#gains.clear();
    for (const row of this.#rows.values()) {
      if (!shown.has(row.user)) row.leave(now);
    }
    this.#isOrdered = false;
    return this.tidy(now, top);
  }

  /** Nothing is shown of it any more, not even on its way out. */
  clear() {
    for (const row of [...this.#rows.values()]) this.#remove(row);
    this.#gains.clear();
  }

  /** Ends flashes and removes rows that have left; returns when there is something to end again. */
  tidy(now, top) {
    let next = Infinity;
    for (const row of this.#rows.values()) {
      if (now >= row.goneAt) this.#remove(row);
      else next = Math.min(next, row.expire(now));
    }
    if (!this.#isOrdered && now >= this.#reorderAt) this.#reorder(top, now);
    return this.#isOrdered ? next : Math.min(next, this.#reorderAt);
  }

  #add(user, atOnce) {
    const row = this.#pool.pop() ?? new Row();
    row.take(user);
    row.followed = user === this.#followed;
    this.#rows.set(user, row);
    this.#list.append(row.element);
    if (!atOnce) row.enter();
    return row;
  }

  #remove(row) {
    row.element.remove();
    this.#rows.delete(row.user);
    this.#pool.push(row);
  }

  #reorder(top, now) {
    this.#isOrdered = true;
    this.#reorderAt = now + reorderEvery;
    let before = this.#list.firstElementChild;
    for (const { user } of top) {
      const element = this.#rows.get(user)?.element;
      if (!element) continue;
      if (element === before) before = before.nextElementSibling;
      else this.#place(element, before);
    }
  }

  /** `moveBefore` keeps focus and running transitions; where there is none, a focused row is left where it is. */
  #place(element, before) {
    if (this.#list.moveBefore) this.#list.moveBefore(element, before);
    else if (!element.contains(document.activeElement)) this.#list.insertBefore(element, before);
  }
}
