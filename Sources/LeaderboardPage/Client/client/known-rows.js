/** Everybody above a floor, best first: { user_id, score }. Whoever is not among them stands below it. */
export class KnownRows {
  /** { order, ties } of the board's definition. */
  order = null;
  rows = [];
  #floor = null;

  /** `rows`: the best `asked`, or everybody if there are fewer. */
  reset(rows, asked) {
    this.rows = rows.map(({ user_id, score }) => ({ user_id, score }));
    this.#floor = rows.length < asked ? null : this.rows.at(-1);
  }

  set({ user_id, score, score_increase }) {
    const old = this.rows.findIndex((row) => row.user_id === user_id);
    if (old >= 0) {
      if (this.rows[old].score === score) return;
      this.rows.splice(old, 1);
    } else if (score_increase === 0 && this.order.ties === "last" && this.#floor?.score === score) {
      // New among these equals, or one of those below: only the better rows are certain.
      const place = this.rows.findIndex((row) => row.score === score);
      if (place >= 0) [this.#floor] = this.rows.splice(place);
      return;
    }
    const row = { user_id, score };
    if (this.#floor && this.#precedes(this.#floor, row)) return;
    const place = this.rows.findIndex((other) => !this.#precedes(other, row));
    this.rows.splice(place < 0 ? this.rows.length : place, 0, row);
    if (this.rows.length > 200) this.#floor = this.rows.pop();
  }

  lacks(count) {
    return this.#floor !== null && this.rows.length < count;
  }

  rank(place, rows) {
    const { ties } = this.order;
    if (ties !== "shared" && ties !== "dense") return place + 1;
    const better = rows.slice(0, place).map(({ score }) => score).filter((score) => score !== rows[place].score);
    return (ties === "dense" ? new Set(better).size : better.length) + 1;
  }

  /** Whether a row stays ahead of one that comes to its place now. */
  #precedes(row, coming) {
    const { order, ties } = this.order;
    const ascends = order === "asc";
    if (row.score !== coming.score) return ascends === row.score < coming.score;
    if (ties === "first" || ties === "last") return ties === "first";
    return ascends === row.user_id < coming.user_id;
  }
}
