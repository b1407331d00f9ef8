// The best of the board, kept right by the stream alone: the client's known rows, as the page calls them, { user, score }, and the places
// ahead of them that are covered.

import { KnownRows } from "./known-rows.js";
import { usualOrder } from "./order.js";

export const places = 10;

export class Standings extends KnownRows {
  order = usualOrder;
  /** So many places are ahead of the rows, of which nobody is told who has them. */
  covered = 0;

  constructor() {
    super("user");
  }

  /** A message's rows: the best ten, or everybody if there are fewer; without those that are covered. */
  reset(rows, covered = 0) {
    super.reset(rows, places - covered);
    this.covered = covered;
  }

  /** Who has a place that is covered is null. */
  get top() {
    const covered = Array.from({ length: Math.min(this.covered, places) }, (_, place) => ({ user: null, score: null, rank: place + 1 }));
    return [...covered, ...this.rows.slice(0, places - covered.length)];
  }

  /** Nobody else is on the board. */
  get isWhole() {
    return this.areAll && this.covered === 0;
  }

  /** Falls have used the known rows up: a snapshot is wanted. */
  get isThin() {
    return this.lacks(places - this.covered);
  }

  /** Null: not among the known. */
  find(user) {
    const index = this.rows.findIndex((row) => row.user === user);
    return index < 0 ? null : { rank: this.covered + this.order.rank(index, this.rows), score: this.rows[index].score };
  }
}
