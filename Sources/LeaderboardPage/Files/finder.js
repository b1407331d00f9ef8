// Finds a player, and follows: the score comes with the feed, the rank is asked for anew when it may have changed. The
// player followed stands in the page's address, so that it can be shared and survives a reload.

import { isWide, number } from "./format.js";
import { readStanding } from "./message.js";
import { Backoff } from "./retry.js";
import { Suggestions } from "./suggestions.js";

/** Ranks of players below the board move with everybody else's points; nobody needs them by the second. */
const askAgainEvery = 3_000;
/** Whoever writes the board without a word leaves no other sign. */
const askAnywayEvery = 30_000;
/** A snapshot comes to all viewers at once: their questions are spread over this. */
const spread = 300;

const unknown = { score: null, rank: null };

export class Finder {
  /** The user who is followed, or null. */
  user = null;
  /** Who was looked for last and is not on the board: found as soon as they are. Null: nobody. */
  missing = null;

  #board;
  #elements;
  #find;
  #onFollow;
  /** What the card shows: { score, rank }, null where not known yet. Null: the user is not on the board. */
  #standing = unknown;
  /** Counts the states of the board that were taken anew, and the users: an answer that was asked for at another one is void. */
  #round = 0;
  #isStale = false;
  #isAsking = false;
  #askedAt = -Infinity;
  #askAt = 0;
  #backoff = new Backoff();
  #search = 0;
  #suggestions;

  /**
   * `board`: whose players they are. `elements`: { form, input, list, answer, card, state, name, rank, score, close }. `find(user)`: { score, rank } where the
   * board itself knows them, else null. `known()`: [{ user, name }] of all whom the page knows. `onFollow(user)`: another one, or null.
   */
  constructor(board, elements, { find, known, onFollow }) {
    this.#board = board;
    this.#elements = elements;
    this.#find = find;
    this.#onFollow = onFollow;
    this.#suggestions = new Suggestions(elements, { known, onChoose: (user) => this.follow(user), onType: () => this.#say("") });
    elements.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = elements.input.value.trim();
      if (text) this.#look(text);
    });
    elements.close.addEventListener("click", () => {
      this.follow(null);
      elements.input.focus();
    });
  }

  /** An id, or how the id or the name of somebody begins whom the page knows. */
  async #look(text) {
    if (await this.follow(text)) return;
    const alike = this.#suggestions.matching(text);
    if (alike.length === 1) await this.follow(alike[0].user);
    else if (alike.length > 1 && this.#suggestions.show(text)) this.#say("");
  }

  /** Resolves to false where there is nobody to follow, and says so. */
  async follow(user) {
    this.#say("");
    this.#suggestions.close();
    this.missing = null;
    this.#search += 1;
    if (user === null) {
      this.#become(null);
      return true;
    }
    const search = this.#search;
    const { standing, problem } = await this.#standingOf(user);
    // A later search has taken this one's place.
    if (search !== this.#search) return true;
    if (standing) {
      this.#become(user);
      this.#show(standing);
      return true;
    }
    this.#say(problem);
    if (standing === null) this.missing = user;
    return false;
  }

  #say(words) {
    this.#elements.answer.textContent = words;
  }

  /** What the feed or the board knows about the followed user; `rank` is null below the board's known rows. */
  know({ score, rank }) {
    const isBack = this.#standing === null;
    const known = this.#standing ?? unknown;
    if (score === known.score && (rank ?? known.rank) === known.rank) return;
    this.#isStale = rank === null;
    this.#show({ score, rank: rank ?? known.rank });
    if (isBack && rank === null) this.#askSoon();
  }

  /** Something happened on the board. */
  boardMoved() {
    this.#isStale = true;
  }

  /** The board was taken anew. `isWhole`: nobody is on it whom it does not know. */
  boardReplaced({ isWhole }) {
    const { missing } = this;
    // Who was suspended may be back.
    if (missing !== null) setTimeout(() => this.missing === missing && this.follow(missing), spread * Math.random());
    if (this.user === null) return;
    this.#round += 1;
    const standing = this.#find(this.user);
    this.#isStale = standing === null && !isWhole;
    if (this.#isStale) this.#askSoon();
    else this.#show(standing);
  }

  /** Others of the board's standings are shown. */
  viewChanged() {
    if (this.user === null) return;
    this.#round += 1;
    this.#isStale = false;
    this.#show(unknown);
  }

  /** The followed user's face, wherever it became known. */
  showName(name) {
    if (this.user !== null) this.#elements.name.textContent = name;
  }

  /** Once a second. */
  tick(now) {
    if (this.user === null || now < this.#askAt || this.#find(this.user)) return;
    if (this.#isStale || now - this.#askedAt >= askAnywayEvery) this.#ask();
  }

  get words() {
    if (this.user === null) return null;
    if (this.#standing === null) return `${this.user} is not on the board.`;
    const { score, rank } = this.#standing;
    return rank === null ? null : `${this.user}: rank ${rank}, ${this.#board.order.worth(score)}.`;
  }

  #become(user) {
    if (user === this.user) return;
    this.user = user;
    this.#round += 1;
    this.#askedAt = performance.now();
    this.#show(unknown);
    this.#elements.card.hidden = user === null;
    this.#elements.name.textContent = user ?? "";
    this.#elements.name.title = user ?? "";
    const url = new URL(location.href);
    if (user === null) url.searchParams.delete("player");
    else url.searchParams.set("player", user);
    history.replaceState(null, "", url);
    this.#onFollow(user);
  }

  /** What the card shows: { score, rank }, null where not known yet; null: not on the board, or nobody is followed. */
  get standing() {
    return this.user === null ? null : this.#standing;
  }

  #show(standing) {
    this.#standing = standing;
    const { score, rank } = standing ?? unknown;
    this.#elements.state.textContent = standing === null ? "Not on the board" : "Following";
    this.#elements.score.textContent = score === null ? "–" : number(score);
    this.#elements.card.classList.toggle("wide", isWide(score));
    this.#elements.rank.textContent = rank === null ? "–" : `#${number(rank)}`;
  }

  #askSoon() {
    this.#askAt = 0;
    setTimeout(() => this.#isStale && this.#ask(), spread * Math.random());
  }

  /** One question at a time; what comes up meanwhile is for the next tick. */
  async #ask() {
    const { user } = this;
    if (user === null || this.#isAsking) return;
    const [round, before] = [this.#round, this.#standing];
    this.#isAsking = true;
    this.#isStale = false;
    const { standing } = await this.#standingOf(user);
    this.#isAsking = false;
    const now = performance.now();
    this.#askedAt = now;
    if (standing === undefined) {
      this.#askAt = now + Math.max(askAgainEvery, this.#backoff.failed(now));
      this.#isStale = true;
      return;
    }
    this.#backoff.well(now);
    if (round !== this.#round) return;
    this.#askAt = now + askAgainEvery;
    const known = this.#find(user);
    if (known || this.#standing === before) this.#show(known ?? standing);
    // What the feed has told meanwhile may be newer than the answer.
    else if (standing && this.#standing) this.#show({ score: this.#standing.score, rank: standing.rank });
  }

  /** { standing }, with null and { problem: a sentence } for who is not on the board, or only { problem }. */
  async #standingOf(user) {
    try {
      const answer = await this.#board.ask(`users/${encodeURIComponent(user)}`, { signal: AbortSignal.timeout(5_000) });
      if (answer.status === 404) return { standing: null, problem: `Nobody with the user id “${user}” is on this board.` };
      if (answer.status === 409) return { problem: "The board is frozen: until it is opened again, nobody is found on it." };
      if (answer.status === 400) return { problem: "That cannot be a user id: 1 to 128 letters, digits and _ - . : @ | + = ~." };
      const standing = answer.ok ? readStanding(await answer.json()) : null;
      if (standing) return { standing };
    } catch {
      // Said below.
    }
    return { problem: "The service did not answer. Try again in a moment." };
  }
}
