/**
 * Everybody above a floor, best first: { [id], score }. Whoever is not among them stands below it: who rises above it enters at a certain
 * place, who falls below it leaves.
 */
export class KnownRows {
  /** { order, ties } of the board's definition. */
  order = null;
  rows = [];
  #id;
  #floor = null;

  /** `id`: what the rows call a user. */
  constructor(id = "user_id") {
    this.#id = id;
  }

  /** `rows`: the best `asked`, or everybody if there are fewer. */
  reset(rows, asked) {
    this.rows = rows.map((row) => this.#row(row[this.#id], row.score));
    this.#floor = rows.length < asked ? null : (this.rows.at(-1) ?? null);
  }

  /** `isReached`: false where the score stayed as it was, and the user's place among equals with it. */
  set(user, score, isReached = true) {
    const old = this.rows.findIndex((row) => row[this.#id] === user);
    if (old >= 0) {
      if (this.rows[old].score === score) return;
      this.rows.splice(old, 1);
    } else if (!isReached && this.order.ties === "last" && this.#floor?.score === score) {
      // New among these equals, or one of those below: only the better rows are certain.
      const place = this.rows.findIndex((row) => row.score === score);
      if (place >= 0) [this.#floor] = this.rows.splice(place);
      return;
    }
    const row = this.#row(user, score);
    if (this.#floor && this.#precedes(this.#floor, row)) return;
    const place = this.rows.findIndex((other) => !this.#precedes(other, row));
    this.rows.splice(place < 0 ? this.rows.length : place, 0, row);
    if (this.rows.length > 200) this.#floor = this.rows.pop();
  }

  lacks(count) {
    return this.#floor !== null && this.rows.length < count;
  }

  /** There is nobody else. */
  get areAll() {
    return this.#floor === null;
  }

  #row(user, score) {
    return { [this.#id]: user, score };
  }

  /** Whether a row stays ahead of one that comes to its place now. */
  #precedes(row, coming) {
    const { order, ties } = this.order;
    const ascends = order === "asc";
    if (row.score !== coming.score) return ascends === row.score < coming.score;
    if (ties === "first" || ties === "last") return ties === "first";
    return ascends === row[this.#id] < coming[this.#id];
  }
}

/** The rank at a place (0 is the best) of rows that begin with the best one. */
export function rankAt(place, rows, ties) {
  if (ties !== "shared" && ties !== "dense") return place + 1;
  const better = rows.slice(0, place).map(({ score }) => score).filter((score) => score !== rows[place].score);
  return (ties === "dense" ? new Set(better).size : better.length) + 1;
}
