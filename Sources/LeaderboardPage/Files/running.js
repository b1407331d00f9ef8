// The standings that run, as the feed's messages make them: rows, season, whether they are frozen.

import { heardTime, serviceTime } from "./clock.js";
import { Standings } from "./standings.js";

/** A fall that uses up the board's known rows is followed by a snapshot. If none comes in this time, it is asked for. */
const snapshotFollows = 1_000;
/** For so long an empty season has just begun. */
const isNewFor = 300_000;

export class Running {
  standings = new Standings();
  /** The one of which the rows are; null: of none. */
  season = null;
  /** { time } since when; null: it is not. */
  frozen = null;
  /** No season follows this one. */
  isLast = false;
  /** The next snapshot is of other standings, by themselves or by our asking. */
  isAwaited = false;

  #parts;
  #heard;
  #position = null;
  #thinTimer = null;

  /**
   * `parts`: { board, feed, rows, rate, status, finder, seasons }, of which `feed` is there later. `heard`: { onFaces(users), onTold(areTold), onEnd(season, rows),
   * onSeason(), onChange(), onReveal(rows, { covered, wereCovered }) }: what came with a message; `areTold`: faces come with messages; `rows` of a
   * reveal: those of the places that were covered, each with its rank, the best first, as far as the message has them.
   */
  constructor(parts, heard) {
    this.#parts = parts;
    this.#heard = heard;
  }

  /** Why there are no rows. */
  get emptiness() {
    if (this.season === null) return "empty";
    const { from } = this.season;
    if (from !== null && serviceTime() < from) return "waiting";
    return from !== null && serviceTime() - from < isNewFor ? "begun" : "season";
  }

  /** Nothing is known of it (any more). */
  forget() {
    this.standings.reset([]);
    this.season = this.frozen = null;
    this.isLast = false;
    this.#parts.finder.boardReplaced(this.standings);
  }

  receive(message, isFirst) {
    if (message.time) heardTime(message.time);
    if (message.type === "season") {
      this.isLast = message.isLast;
      this.isAwaited = !message.isLast;
      this.#learn(message.rows);
      return this.#heard.onEnd(message.season, message.rows);
    }
    if (message.type === "metadata") return this.#heard.onFaces(message.users);
    if (message.type === "changes") this.#change(message, isFirst);
    else this.#replace(message, isFirst);
    this.#position = message.position;
    if (this.standings.isThin) this.#thinTimer ??= setTimeout(() => this.#resyncIfThin(), snapshotFollows * (1 + Math.random()));
    this.#heard.onChange();
  }

  #change({ changes, position }, isFirst) {
    const { rate, status, finder } = this.#parts;
    // What is told after a break happened during the break, not in this second.
    if (!isFirst) rate.count(Math.max(position.seq - this.#position.seq, changes.length));
    this.#learn(changes);
    for (const change of changes) this.#apply(change);
    if (changes.length > 0) status.updated(performance.now());
    finder.boardMoved();
  }

  #replace(message, isFirst) {
    const { board, status, finder } = this.#parts;
    const wereCovered = this.standings.covered;
    const wereShown = new Set(this.standings.rows.map(({ user }) => user));
    this.standings.reset(message.rows, message.covered);
    if (message.rows.length > 0) this.#heard.onTold(message.rows.some(({ face }) => face !== undefined));
    this.#learn(message.rows);
    if (message.type === "snapshot") {
      if (!isFirst && !this.isAwaited) board.lookAgain();
      this.#seasonIs(message);
    } else {
      status.updated(performance.now());
      this.frozen = message.frozen;
      this.#heard.onSeason();
    }
    this.isAwaited = false;
    finder.boardReplaced(this.standings);
    if (message.covered < wereCovered) this.#reveal(message.covered, wereCovered, wereShown);
  }

  /** Those who stand now where it was covered; but for who was shown before, and moved up as somebody was suspended. */
  #reveal(covered, wereCovered, wereShown) {
    const { rows, order } = this.standings;
    const revealed = rows.slice(0, wereCovered - covered);
    const ranked = revealed.map((row, index) => ({ ...row, rank: covered + order.rank(index, rows) }));
    const others = ranked.filter(({ user }) => !wereShown.has(user));
    if (others.length > 0 || ranked.length === 0) this.#heard.onReveal(others, { covered, wereCovered });
  }

  #seasonIs({ season, frozen }) {
    // Through an end of which no message told: by a break, or in the dark.
    const isAnother = this.season !== null && season !== null && this.season.id !== season.id;
    if (isAnother) this.isLast = false;
    Object.assign(this, { season, frozen });
    // Nobody has moved from a place in one season to a place in the next.
    if (isAnother) this.#parts.rows.clear();
    if (isAnother && !this.isAwaited) this.#parts.seasons.start();
    this.#heard.onSeason();
  }

  #apply({ user, score, increase }) {
    const { board, rows, finder } = this.#parts;
    this.standings.set(user, score, increase !== 0);
    // Where the least wins, a first score is nobody's loss.
    const isArrival = board.order.ascends && increase === score;
    if (increase && !isArrival && !document.hidden) rows.gained(user, increase);
    if (user === finder.user) finder.know({ score, rank: this.standings.find(user)?.rank ?? null });
    else if (user === finder.missing) finder.follow(user);
  }

  #learn(rows) {
    const told = rows.filter(({ face }) => face !== undefined);
    if (told.length > 0) this.#heard.onFaces(told);
  }

  #resyncIfThin() {
    this.#thinTimer = null;
    if (this.standings.isThin) this.#parts.feed.resync();
  }
}
