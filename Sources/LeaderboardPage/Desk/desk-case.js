// The user who is open: where they stand, what they did and from where, and what can be done about it.

import { askedBy } from "./desk-acts.js";
import { Addresses } from "./desk-addresses.js";
import { Chart } from "./desk-chart.js";
import { UserSeasons } from "./desk-seasons.js";
import { Refused } from "./desk-service.js";
import { AuditTable } from "./desk-table.js";
import { number } from "./format.js";
import { element } from "./markup.js";

/** However fast the user scores. */
const readEvery = 2_000;

export class Case {
  /** Null: nobody is open. */
  user = null;

  #service;
  #board;
  #elements;
  #acts;
  #onAct;
  #onClose;
  #audit;
  #chart;
  #addresses;
  #seasons;
  /** What the service says of the user; null: not known yet. */
  #standing = null;
  #timer = null;
  #readAt = -Infinity;
  #round = 0;

  /** `elements`: { article, hint, name, marks, close, facts, acts, problem, chart, chartNote, addresses, addressesNote, seasons, seasonsRows, seasonsNote, audit }.
      `windows`: of the board. */
  constructor(service, board, elements, { windows, acts, onAct, onOpen, onClose }) {
    this.#service = service;
    this.#board = board;
    this.#elements = elements;
    this.#acts = acts;
    this.#onAct = onAct;
    this.#onClose = onClose;
    this.#chart = new Chart(elements.chart, elements.chartNote);
    this.#addresses = new Addresses(service, elements.addresses, elements.addressesNote, { onOpen });
    this.#seasons = new UserSeasons(windows, elements.seasons, elements.seasonsRows, elements.seasonsNote);
    this.#audit = new AuditTable(service, elements.audit, {
      id: "case", hasUser: false, onOpen: null,
      onRevert: (entry) => onAct(acts.revert(this.#subject, { seq: entry.seq })),
      onUnrevert: (entry) => onAct(acts.unrevert(this.#subject, askedBy(entry))),
      onRead: () => this.#showAudit(),
    });
    elements.close.addEventListener("click", () => this.close());
    elements.acts.addEventListener("click", (event) => {
      const key = event.target.closest("button")?.dataset.act;
      if (key) this.act(key);
    });
  }

  set board(board) {
    this.close();
    this.#board = board;
  }

  async open(user) {
    if (user === this.user) return this.#elements.article.focus();
    this.#end();
    this.user = user;
    const { article, hint, name } = this.#elements;
    name.textContent = user;
    hint.hidden = true;
    article.hidden = false;
    this.#show();
    article.focus({ preventScroll: false });
    // What is no user id is told by the first answer, and nothing else is asked then.
    if (!(await this.#read())) return;
    this.seasonsKnown();
    await this.#audit.open(this.#board.name, user);
  }

  /** Nothing is asked any more. */
  stop() {
    this.#end();
  }

  close() {
    if (this.user === null) return;
    this.#end();
    this.#elements.article.hidden = true;
    this.#elements.hint.hidden = false;
    this.#onClose();
  }

  /** The board moved, and the user with it. */
  changed() {
    if (this.user === null) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.refresh();
    }, Math.max(0, this.#readAt + readEvery - performance.now()));
  }

  async refresh() {
    if (this.user !== null && (await this.#read())) await this.#audit.refresh();
  }

  /** Something was done from here. */
  async acted() {
    if (this.user === null || !(await this.#read())) return;
    this.seasonsKnown();
    await this.#audit.acted();
  }

  /** Which seasons there are is known, or others are. */
  seasonsKnown() {
    if (this.user !== null && this.#standing !== null) this.#seasons.show(this.#board, this.user);
  }

  /** Opens the act behind a key; false: there is none. */
  act(key) {
    const act = this.user === null || this.#standing === null ? null : this.#offered().find((one) => one.key === key);
    if (act) this.#onAct(act.make());
    return act !== undefined && act !== null;
  }

  get #subject() {
    return { board: this.#board.name, user: this.user, standing: this.#standing, name: this.#standing?.name ?? null };
  }

  #end() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#round += 1;
    this.user = null;
    this.#standing = null;
    this.#audit.clear();
    this.#addresses.clear();
    this.#seasons.clear();
    this.#chart.show([]);
    this.#elements.problem.textContent = "";
  }

  /** False: the service does not tell. */
  async #read() {
    const [round, user] = [this.#round, this.user];
    this.#readAt = performance.now();
    try {
      const body = await this.#service.read(this.#service.path(this.#board.name, "users", user));
      if (round !== this.#round) return false;
      const count = (value) => (Number.isSafeInteger(value) ? value : null);
      this.#standing = {
        score: count(body.score), rank: count(body.rank), withheld: count(body.withheld_score), isSuspended: body.suspended === true,
        isHidden: body.suspended === true && body.hidden === true,
        isHeld: body.profile_held === true, isOnHold: typeof body.on_hold === "object" && body.on_hold !== null, isBeingErased: body.erasing === true, name: typeof body.metadata?.name === "string" ? body.metadata.name : null,
      };
      this.#elements.problem.textContent = "";
      this.#show();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (round === this.#round) this.#elements.problem.textContent = error.message;
      return false;
    }
  }

  #offered() {
    const { isSuspended, isHidden, isHeld, isOnHold } = this.#standing;
    const subject = this.#subject;
    return [
      isSuspended && !isHidden
        ? { key: "s", words: "Reinstate", make: () => this.#acts.reinstate(subject) }
        : { key: "s", words: "Suspend", make: () => this.#acts.suspend(subject) },
      isHidden
        ? { key: "h", words: "Show again", make: () => this.#acts.unhide(subject) }
        : { key: "h", words: "Hide", make: () => this.#acts.hide(subject) },
      isOnHold
        ? { key: "o", words: "Take off hold", make: () => this.#acts.unhold(subject) }
        : { key: "o", words: "Hold updates", make: () => this.#acts.hold(subject) },
      { key: "r", words: "Revert", make: () => this.#acts.revert(subject) },
      { key: "a", words: "Adjust", make: () => this.#acts.adjust(subject) },
      isHeld
        ? { key: "n", words: "Allow a name", make: () => this.#acts.allow(subject) }
        : { key: "n", words: "Take name away", make: () => this.#acts.blank(subject) },
      { key: "e", words: "Erase", make: () => this.#acts.erase(subject) },
    ];
  }

  #show() {
    const { facts, marks, acts } = this.#elements;
    const standing = this.#standing;
    const value = (found) => (standing === null ? "…" : found === null ? "–" : number(found));
    const isAbsent = standing !== null && standing.score === null && !standing.isSuspended;
    const words = [
      standing?.isHidden ? "Hidden" : standing?.isSuspended ? "Suspended" : null, standing?.isOnHold ? "On hold" : null, standing?.isHeld ? "Name taken away" : null, isAbsent ? "Not on the board" : null,
      standing?.isBeingErased ? "Being erased" : null,
    ].filter(Boolean);
    marks.replaceChildren(...words.map((word) => element("span", {}, word)));
    const isKept = standing?.isSuspended && standing.withheld !== null;
    facts.replaceChildren(...[
      [isKept ? "Score, kept" : "Score", value(isKept ? standing.withheld : (standing?.score ?? null))],
      ["Rank", value(standing?.rank ?? null)],
      ["Name", standing === null ? "…" : (standing.name ?? "–")],
    ].map(([term, text]) => element("div", {}, element("dt", {}, term), element("dd", {}, element("bdi", {}, text)))));
    const offered = standing === null ? [] : this.#offered();
    const state = offered.map((one) => one.words).join();
    // The buttons stay as they are while they say the same, and the focus with them.
    if (acts.dataset.state === state) return;
    const focused = acts.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    acts.dataset.state = state;
    acts.replaceChildren(...offered.map(({ key, words: text }) =>
      element("button", { type: "button", "data-act": key, "aria-keyshortcuts": key }, text, " ", element("kbd", { "aria-hidden": "true" }, key))));
    if (focused) acts.querySelector(`[data-act="${focused}"]`)?.focus();
  }

  #showAudit() {
    const { reader } = this.#audit;
    if (!reader || this.user === null) return;
    this.#chart.show(reader.entries);
    this.#addresses.show(this.#board.name, this.user, reader);
  }
}
