// One row of the board: a node that is made once, is written to only where its content changed, and moves by transform.

import { number, signed } from "./format.js";
import { Portrait } from "./portrait.js";
import { places } from "./standings.js";

const gainShows = 1_600;
const moveShows = 6_000;
const leaveTakes = 700;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Row {
  element = document.getElementById("row").content.firstElementChild.cloneNode(true);
  user = null;
  /** When a leaving row has left the board; Infinity while it is on it. */
  goneAt = Infinity;

  #parts = Object.fromEntries(
    ["bar", "pulse", "rank", "move", "gain", "score"].map((part) => [part, this.element.querySelector(`.${part}`)]),
  );
  #portrait = new Portrait(this.element);
  #place = null;
  #rank = null;
  #score = null;
  #bar = null;
  #gain = { sum: 0, until: 0 };
  #move = { sum: 0, until: 0 };
  #pulse = null;

  /** Becomes this user's row, not yet at any place; null: that of a place which is covered. */
  take(user) {
    this.user = user;
    this.element.classList.toggle("covered", user === null);
    if (user === null) delete this.element.dataset.user;
    else this.element.dataset.user = user;
    this.element.firstElementChild.disabled = user === null;
    this.#place = this.#rank = this.#score = this.#bar = null;
    this.#gain.until = this.#move.until = 0;
    this.expire(0);
    this.#pulse?.cancel();
    this.#pulse = null;
    this.goneAt = Infinity;
    this.element.inert = false;
    this.element.classList.remove("leaving");
  }

  /** `place`: 0 is the first. `rank`: equals may share it. `bar`: 0 to 1, the best score's. */
  show({ place, rank, score, bar: share, face = null }, now) {
    if (this.goneAt !== Infinity) this.#comeBack();
    if (this.user === null) this.#portrait.cover();
    else this.#portrait.show(this.user, face);
    if (rank !== this.#rank) {
      if (this.#rank !== null) this.#mark(this.#rank - rank, now);
      this.#rank = rank;
      this.#parts.rank.textContent = rank;
      this.element.dataset.rank = rank;
    }
    if (place !== this.#place) {
      this.element.classList.toggle("rising", this.#place !== null && place < this.#place);
      this.#place = place;
      this.#slideTo(place);
    }
    if (score !== this.#score) {
      this.#score = score;
      this.#parts.score.textContent = score === null ? "" : number(score);
    }
    const bar = share.toFixed(4);
    if (bar !== this.#bar) {
      this.#bar = bar;
      this.#parts.bar.style.transform = `scaleX(${bar})`;
    }
  }

  /** From below the board. */
  enter() {
    if (calm.matches) return;
    this.element.animate([{ opacity: 0, transform: `translateY(${places * 100}%)` }], { duration: 600, easing: "ease-out" });
  }

  /** At its place, which was covered. */
  unveil() {
    if (calm.matches) return;
    this.#pulse = this.#parts.pulse.animate({ opacity: [1, 0] }, { duration: 2_500, easing: "ease-out" });
    this.element.firstElementChild.animate({ clipPath: ["inset(0 100% 0 0)", "inset(0)"] }, { duration: 900, easing: "ease-out" });
  }

  /** To below the board. */
  leave(now) {
    if (this.goneAt !== Infinity) return;
    this.goneAt = now + leaveTakes;
    // Nothing tells how far it falls below the board, nor how far it climbs until it is back.
    this.#move.until = 0;
    this.element.inert = true;
    this.element.classList.add("leaving");
    this.#slideTo(places);
  }

  #comeBack() {
    this.goneAt = Infinity;
    this.#place = this.#rank = null;
    this.element.inert = false;
    this.element.classList.remove("leaving");
  }

  /** Gains that follow each other add up until the flash is over, so that a busy row stays readable. */
  gained(increase, order, now) {
    if (now >= this.#gain.until) {
      this.#gain = { sum: 0, until: now + gainShows };
    }
    this.#gain.sum += increase;
    this.#parts.gain.textContent = this.#gain.sum === 0 ? "" : signed(this.#gain.sum);
    this.#parts.gain.classList.toggle("loss", !order.favours(this.#gain.sum));
    this.#parts.gain.classList.add("on");
    if (!calm.matches && this.#pulse?.playState !== "running") {
      this.#pulse = this.#parts.pulse.animate({ opacity: [1, 0] }, { duration: 900, easing: "ease-out" });
    }
  }

  set followed(isFollowed) {
    this.element.classList.toggle("followed", isFollowed);
  }

  /** Ends what has been shown long enough; returns when the next thing ends. */
  expire(now) {
    let next = this.goneAt;
    for (const [mark, part] of [[this.#gain, this.#parts.gain], [this.#move, this.#parts.move]]) {
      if (now < mark.until) next = Math.min(next, mark.until);
      else if (part.classList.contains("on")) part.classList.remove("on");
    }
    return next;
  }

  /** Ranks won and lost within a short time are shown as one movement. */
  #mark(ranks, now) {
    if (now >= this.#move.until) this.#move.sum = 0;
    this.#move.sum += ranks;
    this.#move.until = now + moveShows;
    const { sum } = this.#move;
    const part = this.#parts.move;
    part.textContent = sum === 0 ? "" : `${sum > 0 ? "▲" : "▼"}${Math.abs(sum)}`;
    part.classList.toggle("up", sum > 0);
    part.classList.toggle("on", sum !== 0);
    if (sum !== 0) part.setAttribute("aria-label", `${sum > 0 ? "up" : "down"} ${Math.abs(sum)}`);
  }

  /** All rows are equally high, so that a place is a multiple of a row's own height and nothing is ever measured. */
  #slideTo(place) {
    this.element.style.transform = `translateY(${place * 100}%)`;
  }
}
