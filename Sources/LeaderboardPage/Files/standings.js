// The best of the board, kept right by the stream alone.
//
// The page knows everyone above a floor and nobody below it. Who rises above the floor enters at a certain place; who
// falls below it leaves, for the place is no longer known. Falls come only from services that write scores themselves;
// when they have used the known rows up, `isThin` asks for a new snapshot.

export const places = 10;
const knownPlaces = 50;

export class Standings {
  /** Best first: { user, score }. */
  rows = [];
  /** Everyone not in `rows` stands below this row. Null: there is nobody else. */
  #floor = null;

  /** A message's rows: the best ten, or everybody if there are fewer. */
  reset(rows) {
    this.rows = [...rows];
    this.#floor = this.rows.length < places ? null : this.rows.at(-1);
  }

  set(user, score) {
    const old = this.rows.findIndex((row) => row.user === user);
    if (old >= 0) this.rows.splice(old, 1);
    const row = { user, score };
    if (this.#floor && precedes(this.#floor, row)) return;
    const place = this.rows.findIndex((other) => precedes(row, other));
    this.rows.splice(place < 0 ? this.rows.length : place, 0, row);
    if (this.rows.length > knownPlaces) this.#floor = this.rows.pop();
  }

  get top() {
    return this.rows.slice(0, places);
  }

  /** Nobody else is on the board. */
  get isWhole() {
    return this.#floor === null;
  }

  get isThin() {
    return this.#floor !== null && this.rows.length < places;
  }

  /** Null: not among the known. */
  find(user) {
    const index = this.rows.findIndex((row) => row.user === user);
    return index < 0 ? null : { rank: index + 1, score: this.rows[index].score };
  }
}

/** Redis' order: the higher score first; of equal scores, the name that sorts last. */
function precedes(a, b) {
  return a.score !== b.score ? a.score > b.score : a.user > b.user;
}
