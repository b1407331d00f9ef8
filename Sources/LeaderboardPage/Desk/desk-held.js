// The review queue: updates of the board that rules hold, the newest last. One that is chosen is released or rejected, alone or with all of its user's.

import { KeyedList } from "./desk-list.js";
import { Refused } from "./desk-service.js";
import { isTime, timeElement } from "./desk-times.js";
import { number, signed } from "./format.js";
import { element } from "./markup.js";

const shown = 100;
/** Nothing tells that an update waits: it is asked while somebody looks. */
const readEvery = 5_000;

/** { id, user, time, operation, value, before, after, rules, ip, actor, hand, why, segments, says }; what is not told is null. Null: rubbish. */
export function readHeld(raw) {
  if (typeof raw?.held_id !== "string" || !/^[0-9]+-[0-9]+$/.test(raw.held_id) || typeof raw.user_id !== "string") return null;
  const number = (value) => (Number.isSafeInteger(value) ? value : null);
  const text = (value) => (typeof value === "string" ? value : null);
  const rules = (Array.isArray(raw.rules) ? raw.rules : []).filter(({ rule, effect }) => typeof rule === "string" && typeof effect === "string");
  return {
    id: raw.held_id, user: raw.user_id, time: isTime(raw.time) ? raw.time : null, operation: text(raw.operator) ?? "incr", value: number(raw.value),
    before: number(raw.score_before), after: number(raw.score), rules: rules.map(({ rule, effect }) => (effect === "held" ? rule : `${rule} ${effect}`)),
    ip: text(raw.ip), actor: text(raw.actor), hand: text(raw.held_by), why: text(raw.held_reason),
    segments: (Array.isArray(raw.segments) ? raw.segments : []).filter((one) => typeof one === "string"), says: sayings(raw.metadata),
  };
}

/** Of what its user says of themself with it, a text a member: `name Ada`. */
const sayings = (raw) => {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return [];
  const members = Object.entries(raw).map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return members.length > 0 ? members : ["nothing of themself any more"];
};

/** What it asks for: `+50`, `-50`, `set 50`. */
export const askedFor = ({ operation, value }) =>
  (value === null ? "" : operation === "incr" ? signed(value) : operation === "decr" ? signed(-value) : `${operation} ${number(value)}`);

/** The keys of the list, and which act each is. */
const acts = { l: ["release", false], x: ["reject", false], L: ["release", true], X: ["reject", true] };

export class Held {
  #service;
  #board;
  #elements;
  #list;
  #onAct;
  #onOpen;
  #acts;
  #entries = [];
  #chosen = null;
  #stop = null;
  #readAt = -Infinity;

  /** `elements`: { rows, note, turn }: in `turn`, a button with `data-act` for each key. `acts`: those of the desk. `onAct(act)`, `onOpen(user)`. */
  constructor(service, board, elements, { acts: all, onAct, onOpen }) {
    this.#service = service;
    this.#board = board;
    this.#elements = elements;
    this.#acts = all;
    this.#onAct = onAct;
    this.#onOpen = onOpen;
    this.#list = new KeyedList(elements.rows, { onChoose: (id) => this.#choose(id) });
    elements.rows.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(acts, event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      this.#act(event.key, event.target.closest("button")?.dataset.key);
    });
    elements.turn.addEventListener("click", (event) => {
      const key = event.target.closest("button")?.dataset.act;
      if (key) this.#act(key, this.#chosen);
    });
    this.#show();
  }

  set board(board) {
    this.#board = board;
    this.forget();
  }

  /** Something was done: what waits is another. */
  changed() {
    this.#readAt = -Infinity;
  }

  /** What was read goes. */
  forget() {
    this.#stop?.abort();
    this.#entries = [];
    this.#chosen = null;
    this.#readAt = -Infinity;
    this.#elements.note.textContent = "";
    this.#show();
  }

  /** Once a second while it is seen. */
  tick(now) {
    if (now - this.#readAt >= readEvery) this.#read();
  }

  close() {
    this.#stop?.abort();
  }

  /** Opens the act behind a key, on the one that is chosen; false: there is none. */
  act(key) {
    if (this.#chosen === null || !Object.hasOwn(acts, key)) return false;
    this.#act(key, this.#chosen);
    return true;
  }

  /** Somebody is open (null: nobody is any more): what is chosen is theirs, or nothing is. */
  set opened(user) {
    if (this.#chosen === null || this.#entries.some((one) => one.id === this.#chosen && one.user === user)) return;
    this.#chosen = null;
    this.#show();
  }

  #choose(id) {
    this.#chosen = id;
    this.#show();
    const entry = this.#entries.find((one) => one.id === id);
    if (entry) this.#onOpen(entry.user);
  }

  #act(key, id) {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry) return;
    const [word, isAll] = acts[key];
    const of = { board: this.#board.name, user: entry.user };
    this.#onAct(isAll ? this.#acts.reviewAll(of, word) : this.#acts.review(of, word, entry));
  }

  async #read() {
    this.#stop?.abort();
    const stopping = (this.#stop = new AbortController());
    this.#readAt = performance.now();
    const { note } = this.#elements;
    try {
      const body = await this.#service.read(this.#service.path(this.#board.name, "held"), { limit: shown }, stopping.signal);
      if (stopping.signal.aborted) return;
      this.#entries = (Array.isArray(body?.held) ? body.held : []).map(readHeld).filter(Boolean);
      const waiting = Number.isSafeInteger(body?.waiting) ? body.waiting : this.#entries.length;
      note.textContent = waiting === 0 ? "Nothing waits." : waiting > this.#entries.length ? `The oldest ${number(this.#entries.length)} of ${number(waiting)} that wait.` : `${number(waiting)}: all that wait.`;
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      note.textContent = error.message;
      return;
    }
    this.#show();
  }

  #show() {
    if (!this.#entries.some(({ id }) => id === this.#chosen)) this.#chosen = null;
    this.#list.show(this.#entries.map((entry) => ({
      key: entry.id,
      content: [
        element("span", { class: "gain" }, askedFor(entry)),
        element("span", { class: "who" }, element("bdi", {}, entry.user),
          element("small", {}, `${entry.rules.join(", ")} · `, timeElement(entry.time), entry.ip === null ? null : ` · ${entry.ip}`, entry.actor === null ? null : ` · by ${entry.actor}`),
          entry.hand === null ? null : element("small", { class: "says" }, `on hold by ${entry.hand}: `, element("bdi", {}, entry.why ?? "")),
          // What a release would publish.
          entry.segments.length + entry.says.length === 0 ? null
            : element("small", { class: "says" }, entry.segments.join(", "), entry.segments.length > 0 && entry.says.length > 0 ? " · " : null,
              ...entry.says.flatMap((text, place) => [place > 0 ? " · " : null, element("bdi", {}, text)]))),
        // The board may have moved since; the preview of a release says what it comes to now.
        element("span", { class: "score", title: "The user’s score when the update was made, and what it would have come to" },
          element("small", {}, "then "), `${entry.before === null ? "–" : number(entry.before)} → ${entry.after === null ? "–" : number(entry.after)}`),
      ],
    })), this.#chosen);
    for (const button of this.#elements.turn.querySelectorAll("button")) button.disabled = this.#chosen === null;
    this.#elements.turn.hidden = this.#entries.length === 0;
  }
}
