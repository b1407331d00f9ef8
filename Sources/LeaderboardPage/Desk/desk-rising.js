// Who has gained most of late, reckoned here from the newest entries of the audit.

import { AuditReader, played } from "./desk-audit.js";
import { KeyedList } from "./desk-list.js";
import { Refused } from "./desk-service.js";
import { timeWords } from "./desk-times.js";
import { number, signed } from "./format.js";
import { element } from "./markup.js";
import { serviceTime } from "./clock.js";

/** So many entries are read for it at most. */
const most = 5_000;
const shown = 20;
/** While somebody looks, where something has changed. */
const readEvery = 5_000;
/** Where nothing has that the feed tells: what was gained before the time that is looked at goes, and what nobody is shown comes. */
const readAnyhowEvery = 20_000;

/** What an entry tells of whether strangers see its user from then on: "hidden", "suspended" or "" (they do); null: nothing. */
function unseen(entry) {
  if (entry.action === "suspend") return entry.isHidden ? "hidden" : "suspended";
  if (entry.action === "reinstate") return "";
  return played(entry) ? (entry.isHidden ? "hidden" : "") : null;
}

/** What each user gained by updates that count and were made since then, the greatest good first: [{ user, points, updates, addresses, score,
    mark }], from entries whose newest come first. The score is the newest that any entry tells. The mark: "hidden", "suspended", or "". */
export function rising(entries, order, since = 0) {
  const users = new Map();
  const marks = new Map();
  const scores = new Map();
  for (const entry of entries) {
    if (entry.user === null) continue;
    const mark = unseen(entry);
    if (mark !== null && !marks.has(entry.user)) marks.set(entry.user, mark);
    if (entry.score !== null && !scores.has(entry.user)) scores.set(entry.user, entry.score);
    const update = played(entry);
    if (update === null || entry.isReverted || entry.increase === null) continue;
    // Released of late, and made before.
    if (update.time !== null && update.time < since) continue;
    const found = users.get(entry.user) ?? { user: entry.user, points: 0, updates: 0, addresses: new Set(), score: scores.get(entry.user) ?? null, mark: marks.get(entry.user) };
    users.set(entry.user, found);
    found.points += entry.increase;
    found.updates += 1;
    if (entry.ip !== null) found.addresses.add(entry.ip);
  }
  const good = ({ points }) => (order.ascends ? -points : points);
  return [...users.values()].filter((user) => good(user) > 0).sort((a, b) => good(b) - good(a) || (a.user < b.user ? -1 : 1));
}

export class Rising {
  #service;
  #board;
  #elements;
  #list;
  #rows = [];
  #chosen = null;
  #stop = null;
  #isStale = true;
  #readAt = -Infinity;

  /** `elements`: { rows, note, minutes, again }. */
  constructor(service, board, elements, { onOpen }) {
    this.#service = service;
    this.#board = board;
    this.#elements = elements;
    this.#list = new KeyedList(elements.rows, { onChoose: onOpen });
    elements.minutes.addEventListener("change", () => this.read());
    elements.again.addEventListener("click", () => this.read());
  }

  set board(board) {
    this.#board = board;
    this.#rows = [];
    this.#show();
    this.#isStale = true;
    this.#readAt = -Infinity;
  }

  set chosen(user) {
    this.#chosen = user;
    this.#show();
  }

  /** Something has changed. */
  changed() {
    this.#isStale = true;
  }

  /** Once a second while it is seen. */
  tick(now) {
    const age = now - this.#readAt;
    if (age >= (this.#isStale ? readEvery : readAnyhowEvery)) this.read();
  }

  close() {
    this.#stop?.abort();
  }

  async read() {
    this.#stop?.abort();
    const stopping = (this.#stop = new AbortController());
    this.#isStale = false;
    this.#readAt = performance.now();
    const { note, minutes } = this.#elements;
    const since = Math.max(0, Math.round(serviceTime() - Number(minutes.value) * 60_000));
    const reader = new AuditReader(this.#service, this.#board.name, { since });
    try {
      await reader.more(most, stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      note.textContent = error.message;
      return;
    }
    if (stopping.signal.aborted) return;
    this.#rows = rising(reader.entries, this.#board.order, since).slice(0, shown);
    const count = number(reader.entries.length);
    note.textContent = reader.isDone
      ? `By all ${count} entries of the audit since ${timeWords(since)}.`
      : `By the newest ${count} entries of the audit, since ${timeWords(reader.reach)}; older ones were not read.`;
    this.#show();
  }

  #show() {
    this.#list.show(this.#rows.map(({ user, points, updates, addresses, score, mark }) => ({
      key: user,
      content: [
        element("span", { class: "gain" }, signed(points)),
        element("span", { class: "who" }, element("bdi", {}, user), mark ? element("strong", {}, ` ${mark}`) : null, element("small", {},
          `${number(updates)} ${updates === 1 ? "update" : "updates"} from ${number(addresses.size)} ${addresses.size === 1 ? "address" : "addresses"}`)),
        element("span", { class: "score" }, score === null ? "" : number(score)),
      ],
    })), this.#chosen);
  }
}
