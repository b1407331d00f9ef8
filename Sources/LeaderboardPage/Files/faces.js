// The faces of the players who are shown. The feed tells of them and of their changes; who is new is asked for where it does not. With a
// service that tells of none, all are asked for now and then.

import { isSameFace } from "./face.js";
import { readFaces } from "./message.js";
import { Backoff } from "./retry.js";

const everybodyEvery = 30_000;
/** Where nobody has one so far. */
const nobodyEvery = 120_000;
const newcomersEvery = 1_000;
/** All viewers see a newcomer at once: what they ask comes to one question in so many milliseconds. */
const eachViewer = 5;
const longestSpread = 15_000;
const mostKnown = 500;
/** Rows wait no longer for their first faces. */
const settles = 300;
/** What the service takes for an id; of another writer's there is nothing to ask. */
const userID = /^[A-Za-z0-9_.:@|+=~-]{1,128}$/;

export class Faces {
  #board;
  #onKnown;
  /** User → face, null for none. */
  #known = new Map();
  #shown = [];
  #areThere = false;
  #firstAskedAt = Infinity;
  #askedAt = -Infinity;
  #askedAllAt = -Infinity;
  #backoff = new Backoff();
  #waitUntil = -Infinity;
  #newcomersAt = Infinity;
  #isAsking = false;
  #areTold = false;

  /** `onKnown()`: there may be another face than before. */
  constructor(board, { onKnown }) {
    this.#board = board;
    this.#onKnown = onKnown;
  }

  /** Of this server: the more there are, the less each asks. */
  viewers = 1;

  of(user) {
    return this.#known.get(user) ?? null;
  }

  /** Somebody has one: then those who have none keep its place free. */
  get areThere() {
    return this.#areThere;
  }

  /** The first answer is about to come: who waits for it draws the first rows once, not twice. */
  get isSettling() {
    return this.#isAsking && performance.now() - this.#firstAskedAt < settles;
  }

  /** Whether the feed tells of those who are shown, and of each change. */
  set areTold(areTold) {
    this.#areTold = areTold;
  }

  /** What came with rows. */
  learn(user, face) {
    const before = this.#known.get(user);
    this.#known.set(user, face);
    if (face) this.#areThere = true;
    return !isSameFace(before ?? null, face);
  }

  /** These are on the screen now. */
  shows(users) {
    this.#shown = users.filter((user) => user !== null && userID.test(user));
    // Whoever comes first is not made to wait for the next second.
    if (this.#askedAllAt === -Infinity && !this.#areTold) this.tick(performance.now());
  }

  /** Once a second, while somebody looks. Where nobody has a face, newcomers are not asked for by themselves. */
  tick(now) {
    if (this.#isAsking || now < this.#waitUntil || this.#shown.length === 0 || !this.#board.isDefined) return;
    const spread = Math.min(longestSpread, this.viewers * eachViewer);
    const every = (this.#areThere ? everybodyEvery : nobodyEvery) + spread;
    if (!this.#areTold && now - this.#askedAllAt >= every) return this.#ask(this.#shown, now, true);
    const newcomers = this.#areThere || this.#areTold ? this.#shown.filter((user) => !this.#known.has(user)) : [];
    if (newcomers.length === 0) this.#newcomersAt = Infinity;
    else if (this.#newcomersAt === Infinity) this.#newcomersAt = Math.max(now, this.#askedAt + newcomersEvery) + spread * Math.random();
    if (now >= this.#newcomersAt) this.#ask(newcomers, now, false);
  }

  async #ask(users, now, isAll) {
    this.#isAsking = true;
    if (this.#firstAskedAt === Infinity) {
      this.#firstAskedAt = now;
      setTimeout(() => this.#onKnown(), settles);
    }
    this.#askedAt = now;
    this.#newcomersAt = Infinity;
    if (isAll) this.#askedAllAt = now;
    if (this.#known.size > mostKnown) this.#known = new Map([...this.#known].filter(([user]) => this.#shown.includes(user)));
    const rows = await this.#facesOf(users);
    this.#isAsking = false;
    if (rows === null) {
      this.#waitUntil = now + Math.max(newcomersEvery, this.#backoff.failed(now));
      return;
    }
    this.#backoff.well(now);
    const found = new Map(rows.map(({ user, face }) => [user, face]));
    const changed = users.map((user) => this.learn(user, found.get(user) ?? null));
    if (changed.includes(true) || now === this.#firstAskedAt) this.#onKnown();
  }

  /** Null: no answer. */
  async #facesOf(users) {
    try {
      const include = "metadata";
      const ask = (query) => this.#board.ask("scoreboard", { signal: AbortSignal.timeout(5_000) }, { ...query, include });
      let answer = await ask({ users: users.join(",") });
      // Of a board that is frozen, the first rows are all that is told.
      if (answer.status === 409) answer = await ask({ limit: 100 });
      return answer.ok ? readFaces(await answer.json()) : null;
    } catch {
      return null;
    }
  }
}
