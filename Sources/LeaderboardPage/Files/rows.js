// The list of rows. One node for each user shown, out of a pool; drawn at most once in a frame.

import { isWide } from "./format.js";
import { Row } from "./row.js";
import { places } from "./standings.js";

/** On a wall display rows share the height among so many at least: fewer would be larger than anybody needs. */
const fewestPlaces = 3;
/** So many leave room for names of two lines. */
const few = 5;

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
  #sharing = null;

  constructor(list) {
    this.#list = list;
  }

  /** Shown with the next drawing, if the user is on the board then. */
  gained(user, increase) {
    this.#gains.set(user, (this.#gains.get(user) ?? 0) + increase);
  }

  follow(user) {
    this.#followed = user;
    for (const row of this.#rows.values()) row.followed = user !== null && row.user === user;
  }

  /** Null: the user is not among those who are shown. */
  elementOf(user) {
    return this.#rows.get(user)?.element ?? null;
  }

  /**
   * `top` is best first, by the board's order: { user, score }, each with its rank where they do not begin with the best; the user of
   * a place that is covered is null. With `atOnce` nothing moves or flashes: all is where it belongs.
   */
  draw(top, order, faces, now, { atOnce }) {
    this.#list.classList.toggle("still", atOnce);
    this.#list.classList.toggle("faces", faces.areThere);
    this.#list.classList.toggle("wide", top.some(({ score }) => isWide(score)));
    this.#share(Math.max(fewestPlaces, Math.min(places, top.length)));
    const best = top.find(({ user }) => user !== null)?.score ?? 0;
    const shown = new Set();
    top.forEach((each, place) => {
      const { user, score } = each;
      const rank = each.rank ?? order.rank(place, top);
      // A place that is covered is known by its rank, which is no user's id.
      const key = user ?? rank;
      shown.add(key);
      const row = this.#rows.get(key) ?? this.#add(key, user, atOnce ? null : this.#rows.has(rank) ? "unveil" : "enter");
      const bar = user === null ? 0 : order.share(score, best);
      row.show({ place, rank, score, bar, face: faces.of(user) }, now);
      const gain = this.#gains.get(user);
      if (gain && !atOnce) row.gained(gain, order, now);
    });
    this.#gains.clear();
    for (const [key, row] of [...this.#rows]) {
      if (shown.has(key)) continue;
      if (row.user === null) this.#remove(key, row);
      else row.leave(now);
    }
    this.#isOrdered = false;
    return this.tidy(now, top);
  }

  /** Nothing is shown of it any more, not even on its way out. */
  clear() {
    for (const [key, row] of [...this.#rows]) this.#remove(key, row);
    this.#gains.clear();
  }

  /** Ends flashes and removes rows that have left; returns when there is something to end again. */
  tidy(now, top) {
    let next = Infinity;
    for (const [key, row] of [...this.#rows]) {
      if (now >= row.goneAt) this.#remove(key, row);
      else next = Math.min(next, row.expire(now));
    }
    if (!this.#isOrdered && now >= this.#reorderAt) this.#reorder(top, now);
    return this.#isOrdered ? next : Math.min(next, this.#reorderAt);
  }

  /** `coming`: how it comes, "enter" or "unveil", or null. */
  #add(key, user, coming) {
    const row = this.#pool.pop() ?? new Row();
    row.take(user);
    row.followed = user !== null && user === this.#followed;
    this.#rows.set(key, row);
    this.#list.append(row.element);
    if (coming !== null) row[coming]();
    return row;
  }

  #remove(key, row) {
    row.element.remove();
    this.#rows.delete(key);
    this.#pool.push(row);
  }

  /** Among how many the height is shared, for those who look from afar. */
  #share(count) {
    if (count === this.#sharing) return;
    this.#sharing = count;
    this.#list.style.setProperty("--places", count);
    this.#list.classList.toggle("few", count <= few);
  }

  #reorder(top, now) {
    this.#isOrdered = true;
    this.#reorderAt = now + reorderEvery;
    let before = this.#list.firstElementChild;
    for (const { user, rank } of top) {
      const element = this.#rows.get(user ?? rank)?.element;
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
