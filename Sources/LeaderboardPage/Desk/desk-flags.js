// What the board's rules of plausibility have flagged, the newest first. Which rules flag, and how often they did, is asked first: where
// that is as it was, the audit is not read.

import { AuditReader } from "./desk-audit.js";
import { KeyedList } from "./desk-list.js";
import { Refused } from "./desk-service.js";
import { timeElement } from "./desk-times.js";
import { number, signed } from "./format.js";
import { element } from "./markup.js";

const shown = 50;
/** While somebody looks. */
const readEvery = 5_000;
/** What others have taken back meanwhile is seen then. */
const allEvery = 60_000;

/** How often the rules that flag have done so; null: none flags. */
export function countOfFlags(body) {
  const flagging = (Array.isArray(body?.rules) ? body.rules : []).filter((each) => each?.rule?.action === "flag" && each.rule.dry_run !== true);
  return flagging.length === 0 ? null : flagging.reduce((sum, { met }) => sum + (Number.isSafeInteger(met) ? met : 0), 0);
}

export class Flags {
  #service;
  #board;
  #elements;
  #list;
  #onOpen;
  #entries = [];
  /** As of what was read last; undefined: nothing was. */
  #count;
  #stop = null;
  #isStale = true;
  #readAt = -Infinity;
  #allAt = -Infinity;

  /** `elements`: { rows, note }. `onOpen(user)`. */
  constructor(service, board, elements, { onOpen }) {
    this.#service = service;
    this.#board = board;
    this.#elements = elements;
    this.#onOpen = onOpen;
    this.#list = new KeyedList(elements.rows, { onChoose: (id) => this.#open(id) });
  }

  set board(board) {
    this.#stop?.abort();
    this.#board = board;
    this.#forget();
  }

  /** Something has changed; `isOld`: of what was read before, too. */
  changed(isOld = false) {
    this.#isStale = true;
    if (isOld) this.#count = undefined;
  }

  /** Somebody is erased: what was read of them goes. */
  forget() {
    this.#stop?.abort();
    this.#forget();
  }

  /** Once a second while it is seen. */
  tick(now) {
    if (this.#isStale && now - this.#readAt >= readEvery) this.#read();
  }

  close() {
    this.#stop?.abort();
  }

  #forget() {
    this.#entries = [];
    this.#count = undefined;
    this.#isStale = true;
    this.#readAt = -Infinity;
    this.#elements.note.textContent = "";
    this.#show();
  }

  #open(id) {
    const entry = this.#entries.find((one) => one.id === id);
    if (entry?.user) this.#onOpen(entry.user);
  }

  async #read() {
    this.#stop?.abort();
    const stopping = (this.#stop = new AbortController());
    this.#isStale = false;
    this.#readAt = performance.now();
    const { note } = this.#elements;
    try {
      const count = countOfFlags(await this.#service.read(this.#service.path(this.#board.name, "rules"), {}, stopping.signal));
      if (stopping.signal.aborted || (count === this.#count && performance.now() - this.#allAt < allEvery)) return;
      const reader = new AuditReader(this.#service, this.#board.name, { isFlagged: true });
      if (count) await reader.more(shown, stopping.signal);
      if (stopping.signal.aborted) return;
      this.#count = count;
      this.#allAt = performance.now();
      this.#entries = reader.entries;
      if (count === null) note.textContent = "No rule of this board flags updates.";
      else if (reader.entries.length === 0) note.textContent = count === 0 ? "Nothing was flagged." : "Nothing of what was flagged is in what the audit was read of.";
      else note.textContent = reader.isDone ? `${number(reader.entries.length)}: all that the audit has.` : `The newest ${number(reader.entries.length)}; the audit has more.`;
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      note.textContent = error.message;
      this.#isStale = true;
      return;
    }
    this.#show();
  }

  #show() {
    this.#list.show(this.#entries.filter(({ user }) => user !== null).map(({ id, user, time, flags, increase, seq, isReverted }) => ({
      key: id,
      content: [
        element("span", { class: "gain" }, increase === null ? "" : signed(increase)),
        element("span", { class: isReverted ? "who taken-back" : "who" }, element("bdi", {}, user),
          element("small", {}, `${flags.join(", ")} · `, timeElement(time), isReverted ? " · reverted" : null)),
        element("span", { class: "score" }, seq === null ? "" : `#${seq}`),
      ],
    })), null);
  }
}
