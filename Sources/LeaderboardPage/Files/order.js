// How a board is ordered: which score is the best, what becomes of equal ones, and how ranks are counted.

import { number } from "./format.js";
import { rankAt } from "./known-rows.js";

const ties = ["id", "shared", "dense", "first", "last"];

const wordsOfTies = {
  id: null,
  shared: "equal scores share a rank",
  dense: "equal scores share a rank, and no rank is left out",
  first: "of equal scores, the earlier one is ahead",
  last: "of equal scores, the later one is ahead",
};

export class Order {
  /** The least score is the best. */
  ascends;
  ties;

  constructor({ ascends, ties }) {
    this.ascends = ascends;
    this.ties = ties;
  }

  /** Null: no order. */
  static read({ order, ties: kind }) {
    return ["asc", "desc"].includes(order) && ties.includes(kind) ? new Order({ ascends: order === "asc", ties: kind }) : null;
  }

  /** As a definition says it. */
  get order() {
    return this.ascends ? "asc" : "desc";
  }

  /** Whether rows with these scores, one after the other, are in order. */
  allows(score, next) {
    return this.ascends ? score <= next : score >= next;
  }

  /** The rank at a place (0 is the best) of rows that begin with the best one. */
  rank(place, rows) {
    return rankAt(place, rows, this.ties);
  }

  /** How long the bar of a score is beside that of the best one: 0 to 1. */
  share(score, best) {
    if (best <= 0 || score <= 0) return 0;
    return this.ascends ? best / score : score / best;
  }

  /** What was added was to the player's good. */
  favours(increase) {
    return this.ascends ? increase < 0 : increase > 0;
  }

  /** Where the least wins, scores are times or strokes rather than points. */
  worth(score) {
    return this.ascends ? `a score of ${number(score)}` : `${number(score)} points`;
  }

  get isUsual() {
    return !this.ascends && this.ties === usualOrder.ties;
  }

  get words() {
    const first = this.ascends ? "Lowest score first" : "Highest score first";
    const equals = wordsOfTies[this.ties];
    return equals ? `${first}; ${equals}` : first;
  }
}

/** That of a board of which nobody says otherwise. */
export const usualOrder = new Order({ ascends: false, ties: "id" });
