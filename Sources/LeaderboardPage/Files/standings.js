// The best of the board, kept right by the stream alone.
//
// The page knows everyone above a floor and nobody below it. Who rises above the floor enters at a certain place; who
// falls below it leaves, for the place is no longer known. Falls come only from services that write scores themselves;
// when they have used the known rows up, `isThin` asks for a new snapshot.

import { usualOrder } from "./order.js";

export const places = 10;
const knownPlaces = 50;

export class Standings {
  order = usualOrder;
  /** Best first: { user, score }. */
  rows = [];
  /** So many places are ahead of them, of which nobody is told who has them. */
  covered = 0;
  /** Everyone not in `rows` stands below this row. Null: there is nobody else. */
  #floor = null;

  /** A message's rows: the best ten, or everybody if there are fewer; without those that are covered. */
  reset(rows, covered = 0) {
    this.rows = [...rows];
    this.covered = covered;
    this.#floor = covered + this.rows.length < places ? null : (this.rows.at(-1) ?? null);
  }

  /** `isReached`: false where the score stayed as it was, and the user's place among equals with it. */
  set(user, score, isReached = true) {
    const old = this.rows.findIndex((row) => row.user === user);
    if (old >= 0) {
      if (this.rows[old].score === score) return;
      this.rows.splice(old, 1);
    } else if (!isReached && this.order.ties === "last" && this.#floor?.score === score) {
      return this.#forget(score);
    }
    const row = { user, score };
    if (this.#floor && this.order.precedes(this.#floor, row)) return;
    const place = this.rows.findIndex((other) => !this.order.precedes(other, row));
    this.rows.splice(place < 0 ? this.rows.length : place, 0, row);
    if (this.rows.length > knownPlaces) this.#floor = this.rows.pop();
  }

  /** The user may be new among these equals, or one of those below the floor: only the better rows are certain any more. */
  #forget(score) {
    const place = this.rows.findIndex((row) => row.score === score);
    if (place < 0) return;
    this.#floor = this.rows[place];
    this.rows.length = place;
  }

  /** Who has a place that is covered is null. */
  get top() {
    const covered = Array.from({ length: Math.min(this.covered, places) }, (_, place) => ({ user: null, score: null, rank: place + 1 }));
    return [...covered, ...this.rows.slice(0, places - covered.length)];
  }

  /** Nobody else is on the board. */
  get isWhole() {
    return this.#floor === null && this.covered === 0;
  }

  get isThin() {
    return this.#floor !== null && this.covered + this.rows.length < places;
  }

  /** Null: not among the known. */
  find(user) {
    const index = this.rows.findIndex((row) => row.user === user);
    return index < 0 ? null : { rank: this.covered + this.order.rank(index, this.rows), score: this.rows[index].score };
  }
}
