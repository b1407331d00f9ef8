// The audit, read backwards in steps that are bounded.

import { isTime } from "./desk-times.js";

/** As many as the page holds: who wants more, narrows it. */
const most = 20_000;
/** One request looks through 20,000 entries at most, and may find none among them. */
const requestsAtOnce = 5;

/** { id, time, action, user, increase, score, seq, ip, actor, madeAt, reporter, reason, flags, isReverted, isHidden, isMalformed, raw }; what is not told is null. Null: rubbish. */
export function readEntry(raw) {
  if (typeof raw?.id !== "string" || !/^[0-9]+-[0-9]+$/.test(raw.id) || typeof raw.action !== "string") return null;
  const text = (value) => (typeof value === "string" ? value : null);
  const number = (value) => (Number.isSafeInteger(value) ? value : null);
  return {
    id: raw.id,
    time: isTime(raw.time) ? raw.time : null,
    action: raw.action,
    user: text(raw.user_id),
    increase: number(raw.score_increase),
    score: number(raw.score),
    seq: number(raw.seq),
    ip: text(raw.ip),
    actor: text(raw.actor),
    madeAt: isTime(raw.made_at) ? raw.made_at : null,
    reporter: text(raw.reporter),
    reason: text(raw.reason),
    flags: Array.isArray(raw.flags) ? raw.flags.filter((flag) => typeof flag === "string") : [],
    isReverted: raw.reverted === true,
    isHidden: raw.hidden === true,
    isMalformed: Array.isArray(raw.malformed),
    raw,
  };
}

/** An update, by whomever. */
export const canBeReverted = ({ action }) => action === "update" || action === "adjust" || action === "release";

/** What a player, or a service for them, has done. */
export const isUpdate = ({ action }) => action === "update";

/** The same, or one that had waited and was released, as of when it was made: { time, reporter: the service that sent it, or null }. Null: neither. */
export function played(entry) {
  if (entry.action === "release") return { time: entry.madeAt, reporter: entry.reporter };
  return isUpdate(entry) ? { time: entry.time, reporter: entry.actor } : null;
}

export class AuditReader {
  /** Newest first. */
  entries = [];
  /** There are no older ones. */
  isDone = false;

  #service;
  #board;
  #filter;
  #cursor = null;

  /** `filter`: { user, ip, since, until, isFlagged }, null where it is not wanted. */
  constructor(service, board, filter = {}) {
    this.#service = service;
    this.#board = board;
    this.#filter = filter;
  }

  /** As many as it may hold are read. */
  get isFull() {
    return this.entries.length >= most;
  }

  /** All that matches is read from here on; null: from the beginning on. */
  get reach() {
    if (this.isDone || this.#cursor === null) return this.#filter.since ?? null;
    const time = Number(this.#cursor.split("-")[0]);
    return isTime(time) ? time : null;
  }

  /** Reads about `wanted` older ones. Throws `Refused`. */
  async more(wanted, signal = null) {
    const end = Math.min(most, this.entries.length + wanted);
    for (let request = 0; request < requestsAtOnce && !this.isDone && this.entries.length < end; request += 1) {
      const page = await this.#page(Math.min(1000, end - this.entries.length), this.#cursor, signal);
      this.entries.push(...page.entries);
      this.#cursor = page.next;
      this.isDone = page.next === null;
    }
  }

  /** Reads those that have come since; false: there were more than are read at once, so this must begin anew. */
  async newer(signal = null) {
    const { entries, next } = await this.#page(100, null, signal);
    const last = this.entries[0]?.id;
    const known = last === undefined ? -1 : entries.findIndex(({ id }) => id === last);
    if (known < 0 && next !== null && entries.length > 0) return false;
    const come = known < 0 ? entries.filter(({ id }) => !this.entries.some((entry) => entry.id === id)) : entries.slice(0, known);
    for (const entry of come.toReversed()) this.#mark(entry);
    this.entries.unshift(...come);
    this.entries.length = Math.min(most, this.entries.length);
    return true;
  }

  /** What was read before, and is taken back, or counts again, since. */
  #mark({ user, raw }) {
    const [gone, back] = [raw.reverts, raw.unreverts].map((seqs) => (Array.isArray(seqs) ? seqs : []));
    for (const entry of this.entries) {
      if (entry.user !== user || !canBeReverted(entry) || !(gone.includes(entry.seq) || back.includes(entry.seq))) continue;
      entry.isReverted = gone.includes(entry.seq);
      const { reverted, ...rest } = entry.raw;
      entry.raw = entry.isReverted ? { ...rest, reverted: true } : rest;
    }
  }

  async #page(limit, cursor, signal) {
    const { user, ip, since, until, isFlagged } = this.#filter;
    const body = await this.#service.read(this.#service.path(this.#board, "audit"), { user_id: user, ip, since, until, flagged: isFlagged ? true : null, limit, cursor }, signal);
    const entries = (Array.isArray(body?.entries) ? body.entries : []).map(readEntry).filter(Boolean);
    return { entries, next: typeof body?.next === "string" ? body.next : null };
  }
}
