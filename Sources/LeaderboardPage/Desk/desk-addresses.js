// From where a user's updates came, how fast, and who else came from there.

import { AuditReader, played } from "./desk-audit.js";
import { Refused } from "./desk-service.js";
import { timeElement, timeWords } from "./desk-times.js";
import { number, rate } from "./format.js";
import { element, table } from "./markup.js";

/** Of so many addresses others are looked for. */
const looked = 3;
const entriesOfEach = 1_000;
const shownOthers = 10;

/** [{ ip, reporter, updates, points, first, last, perHour }], the busiest first; null where the time is too short to tell. `reporter`: the service that sent them, whose address it is then. */
export function addressesOf(entries) {
  const found = new Map();
  for (const entry of entries) {
    const { time = null, reporter } = played(entry) ?? {};
    if (entry.ip === null || time === null) continue;
    const key = `${reporter ?? ""} ${entry.ip}`;
    const one = found.get(key) ?? { ip: entry.ip, reporter, updates: 0, points: 0, first: time, last: time };
    found.set(key, one);
    one.updates += 1;
    one.points += entry.increase ?? 0;
    one.first = Math.min(one.first, time);
    one.last = Math.max(one.last, time);
  }
  return [...found.values()]
    .map((one) => ({ ...one, perHour: one.updates > 1 ? (one.points * 3_600_000) / Math.max(60_000, one.last - one.first) : null }))
    .sort((a, b) => b.updates - a.updates || (a.ip < b.ip ? -1 : 1));
}

export class Addresses {
  #service;
  #place;
  #note;
  #onOpen;
  #others = new Map();
  #stop = null;
  #shown = [];
  #user = null;

  constructor(service, place, note, { onOpen }) {
    this.#service = service;
    this.#place = place;
    this.#note = note;
    this.#onOpen = onOpen;
    place.addEventListener("click", (event) => {
      const user = event.target.closest("button")?.dataset.user;
      if (user !== undefined) this.#onOpen(user);
    });
  }

  /** Another user is open. */
  clear() {
    this.#stop?.abort();
    this.#stop = null;
    this.#others.clear();
    this.#shown = [];
    this.#place.replaceChildren();
    this.#note.textContent = "";
  }

  /** `reader`: what is read of the user's audit. */
  async show(board, user, reader) {
    this.#user = user;
    this.#shown = addressesOf(reader.entries);
    this.#draw();
    if (this.#shown.length === 0) {
      this.#note.textContent = "No update in what is read of the audit has an address.";
      return;
    }
    const wanted = this.#shown.filter(({ ip, reporter }) => reporter === null && !this.#others.has(ip)).slice(0, Math.max(0, looked - this.#others.size));
    if (wanted.length === 0 || this.#stop) return;
    const stopping = (this.#stop = new AbortController());
    try {
      for (const { ip } of wanted) {
        const others = new AuditReader(this.#service, board, { ip });
        await others.more(entriesOfEach, stopping.signal);
        if (stopping.signal.aborted) return;
        this.#others.set(ip, { users: othersOf(others.entries, user), reach: others.isDone ? null : others.reach, count: others.entries.length });
        this.#draw();
      }
      this.#note.textContent = this.#range();
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      this.#note.textContent = error.message;
    } finally {
      if (this.#stop === stopping) this.#stop = null;
    }
  }

  #range() {
    const ranges = [...this.#others].map(([ip, { reach, count }]) =>
      `${ip}: ${number(count)} ${count === 1 ? "entry" : "entries"}, ${reach === null ? "all there are" : `back to ${timeWords(reach)}`}`);
    return `Others were looked for in the audit of ${ranges.join("; ")}. A rate is over the time from the first update to the last, a minute at least.`;
  }

  #draw() {
    const rows = this.#shown.slice(0, 50).map(({ ip, reporter, updates, points, first, last, perHour }) => [
      [element("span", { class: "address" }, ip), reporter === null ? null : element("small", {}, `of the service ${reporter}`)],
      number(updates), number(points), perHour === null ? "–" : rate(perHour), timeElement(first), timeElement(last),
      this.#whoElse(ip, reporter),
    ]);
    this.#place.replaceChildren(...[table(["Address", "Updates", "Points", "Points an hour", "First", "Last", "Others from there"], rows)].filter(Boolean));
  }

  #whoElse(ip, reporter) {
    if (reporter !== null) return "–";
    const found = this.#others.get(ip);
    if (!found) return "not looked for";
    if (found.users.length === 0) return "nobody";
    const more = found.users.length - shownOthers;
    return [
      found.users.slice(0, shownOthers).map(({ user, updates }) => [
        element("button", { type: "button", class: "link", "data-user": user, title: `${number(updates)} updates` }, element("bdi", {}, user)), " "]),
      more > 0 ? `and ${number(more)} more` : null,
    ];
  }
}

/** The other users of an address, the busiest first. */
function othersOf(entries, user) {
  const counts = new Map();
  for (const entry of entries) {
    if (played(entry)?.reporter !== null || entry.user === null || entry.user === user) continue;
    counts.set(entry.user, (counts.get(entry.user) ?? 0) + 1);
  }
  return [...counts].map(([other, updates]) => ({ user: other, updates })).sort((a, b) => b.updates - a.updates || (a.user < b.user ? -1 : 1));
}
