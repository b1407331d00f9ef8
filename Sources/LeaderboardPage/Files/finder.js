// Finds a player, and follows: the score comes with the feed, the rank is asked for anew when it may have changed. The
// player followed stands in the page's address, so that it can be shared and survives a reload.

import { number } from "./format.js";

/** Ranks of players below the board move with everybody else's points; nobody needs them by the second. */
const askAgainEvery = 3_000;

export class Finder {
  /** The user who is followed, or null. */
  user = null;

  #elements;
  #onFollow;
  #standing = { score: null, rank: null };
  #askedAt = -Infinity;
  #isStale = false;
  #question = 0;

  /** `elements`: { form, input, answer, card, name, rank, score, close }. `onFollow(user)`: another one, or null. */
  constructor(elements, { onFollow }) {
    this.#elements = elements;
    this.#onFollow = onFollow;
    elements.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const user = elements.input.value.trim();
      if (user) this.follow(user);
    });
    elements.close.addEventListener("click", () => {
      this.follow(null);
      elements.input.focus();
    });
  }

  async follow(user) {
    this.#elements.answer.textContent = "";
    this.#question += 1;
    if (user === null) return this.#become(null);
    const answer = await this.#ask(user);
    if (!answer) return;
    if (answer.standing) {
      this.#become(user);
      this.#show(answer.standing);
    } else {
      this.#elements.answer.textContent = answer.problem;
    }
  }

  /** What the feed or the board knows about the followed user; `rank` is null below the board's known rows. */
  know({ score, rank }) {
    if (score === this.#standing.score && (rank ?? this.#standing.rank) === this.#standing.rank) return;
    this.#isStale = rank === null;
    this.#show({ score, rank: rank ?? this.#standing.rank });
  }

  /** Something happened on the board. */
  boardMoved() {
    this.#isStale = true;
  }

  /** Once a second. `isKnown`: the board itself knows the rank. */
  async tick(now, isKnown) {
    if (this.user === null || isKnown || !this.#isStale || now - this.#askedAt < askAgainEvery) return;
    const answer = await this.#ask(this.user);
    if (answer?.standing) this.#show(answer.standing);
  }

  get words() {
    const { score, rank } = this.#standing;
    return this.user === null || rank === null ? null : `${this.user}: rank ${rank}, ${number(score)} points.`;
  }

  #become(user) {
    if (user === this.user) return;
    this.user = user;
    this.#standing = { score: null, rank: null };
    this.#elements.card.hidden = user === null;
    this.#elements.name.textContent = user ?? "";
    this.#elements.name.title = user ?? "";
    const url = new URL(location.href);
    if (user === null) url.searchParams.delete("player");
    else url.searchParams.set("player", user);
    history.replaceState(null, "", url);
    this.#onFollow(user);
  }

  #show({ score, rank }) {
    this.#standing = { score, rank };
    this.#elements.score.textContent = number(score);
    this.#elements.rank.textContent = rank === null ? "–" : `#${number(rank)}`;
  }

  /** { standing } or { problem: a sentence }. Null: a later question has taken this one's place. */
  async #ask(user) {
    this.#askedAt = performance.now();
    this.#isStale = false;
    const question = this.#question;
    const answer = await standingOf(user);
    return question === this.#question ? answer : null;
  }
}

async function standingOf(user) {
  try {
    const answer = await fetch(`/api/v1/scoreboard/users/${encodeURIComponent(user)}`, {
      signal: AbortSignal.timeout(5_000),
    });
    const body = await answer.json();
    if (answer.ok) return { standing: { score: body.score, rank: body.rank } };
    if (answer.status === 404) return { problem: `Nobody called “${user}” is on this board.` };
    if (answer.status === 400) return { problem: "That cannot be a user id: letters, digits and _ - . : @ only." };
  } catch {
    // Said below.
  }
  return { problem: "The service did not answer. Try again in a moment." };
}
