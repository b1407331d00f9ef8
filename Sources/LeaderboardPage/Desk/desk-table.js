// The audit as a table, with filters, older pages on demand, and files of what is read.

import { AuditReader, canBeReverted, isUpdate } from "./desk-audit.js";
import { asCSV, asNDJSON, save } from "./desk-file.js";
import { Refused } from "./desk-service.js";
import { timeElement, timeOfField, timeWords } from "./desk-times.js";
import { number, signed } from "./format.js";
import { element } from "./markup.js";

const first = 200;
const step = 1_000;
/** Rows in the document at once; files have all that is read. */
const shown = 1_000;

const actions = {
  update: "scored", adjust: "adjusted by hand", held: "update held", release: "held update released", reject: "held update rejected", hold: "put on hold", unhold: "taken off hold", suspend: "suspended", reinstate: "reinstated", revert: "updates taken back", unrevert: "updates count again",
  erase: "erased", erased: "erased entry", blank: "name taken away", allow: "name allowed again", profile: "profile changed by an operator",
  season: "season began", restore: "restored from a backup", adopt: "adopted", accept: "accepted",
};

export const actionWords = (action) => (Object.hasOwn(actions, action) ? actions[action] : action);

export class AuditTable {
  reader = null;

  #service;
  #place;
  #parts;
  #options;
  #board = null;
  #user = null;
  #stop = null;
  #file = "audit";

  /**
   * `place`: where it stands. `options`: { id: begins the ids of its fields, hasUser: it filters by user, onOpen(user), onRevert(entry), onUnrevert(entry), onRead() },
   * the functions null where they are not wanted.
   */
  constructor(service, place, options) {
    this.#service = service;
    this.#place = place;
    this.#options = options;
    this.#parts = this.#build();
  }

  /** Reads anew: `user` is fixed, if the table does not filter by one. */
  open(board, user = null) {
    this.#board = board;
    this.#user = user;
    for (const field of ["user", "ip", "since", "until"]) if (this.#parts[field]) this.#parts[field].value = "";
    this.#parts.flagged.checked = false;
    return this.read();
  }

  clear() {
    this.#stop?.abort();
    this.reader = null;
    this.#board = null;
    this.#parts.body.replaceChildren();
    this.#parts.note.textContent = "";
  }

  /** By the filters as they are now. */
  async read() {
    const { user, ip, since, until, flagged } = this.#parts;
    const filter = { isFlagged: flagged.checked, user: user ? user.value.trim() || null : this.#user, ip: ip.value.trim() || null, since: timeOfField(since), until: timeOfField(until) };
    this.#file = ["audit", this.#board, filter.user].filter(Boolean).join("-").replace(/[^A-Za-z0-9._-]/g, "_");
    this.reader = new AuditReader(this.#service, this.#board, filter);
    this.#parts.body.replaceChildren();
    await this.#more(first);
  }

  /** Something has changed: those that are new come to the top. */
  async refresh() {
    const { reader } = this;
    if (!reader || this.#stop || this.#parts.until.value !== "") return;
    try {
      if (!(await reader.newer())) return await this.read();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return;
    }
    if (reader === this.reader) this.#show();
  }

  /** Something was done from here: what it was done to may be marked otherwise, and its own entry may not match. */
  async acted() {
    if (!this.reader) return;
    const { ip, flagged } = this.#parts;
    if (ip.value.trim() !== "" || flagged.checked || this.#parts.until.value !== "") await this.read();
    else await this.refresh();
  }

  async #more(count) {
    this.#stop?.abort();
    const stopping = (this.#stop = new AbortController());
    const { reader } = this;
    const { note, older } = this.#parts;
    older.disabled = true;
    note.textContent = "Reading…";
    try {
      await reader.more(count, stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      this.#stop = null;
      note.textContent = error.message;
      older.disabled = false;
      return;
    }
    if (stopping.signal.aborted) return;
    this.#stop = null;
    this.#show();
  }

  #show() {
    const { body, note, older, files } = this.#parts;
    const { entries, isDone, isFull, reach } = this.reader;
    body.replaceChildren(...entries.slice(0, shown).map((entry) => this.#row(entry)));
    older.disabled = isDone || isFull;
    for (const button of files) button.disabled = entries.length === 0;
    const count = `${number(entries.length)} ${entries.length === 1 ? "entry" : "entries"}`;
    const range = isDone ? "all that match" : reach === null ? "the newest" : `back to ${timeWords(reach)}`;
    const more = entries.length > shown ? ` The newest ${number(shown)} are shown; files have all that are read.` : "";
    note.textContent = `${count}: ${range}.${isFull ? " That is as many as are read at once: narrow it by time for older ones." : ""}${more}`;
    this.#options.onRead?.();
  }

  #row(entry) {
    const { hasUser, onOpen, onRevert } = this.#options;
    const { time, action, user, increase, score, ip, actor, reason, seq, flags, isReverted, isHidden, isMalformed } = entry;
    const who = user === null || user === "*" || !onOpen ? element("bdi", {}, user ?? "") : element("button", { type: "button", class: "link", "data-user": user }, element("bdi", {}, user));
    const points = increase === null || (increase === 0 && !isUpdate(entry)) ? "" : signed(increase);
    const canUnrevert = this.#options.onUnrevert && seq !== null && (isReverted || (action === "revert" && Array.isArray(entry.raw.reverts)));
    const canRevert = onRevert && canBeReverted(entry) && seq !== null && !isReverted;
    return element("tr", { class: [isUpdate(entry) ? null : "by-hand", isReverted ? "taken-back" : null].filter(Boolean).join(" ") || null },
      element("td", {}, timeElement(time)),
      hasUser ? element("td", {}, who) : null,
      element("td", {}, isHidden && action === "suspend" ? "hidden" : actionWords(action), isHidden && action !== "suspend" ? element("strong", {}, " hidden") : null, isReverted ? element("strong", {}, " reverted") : null, flags.length === 0 ? null : element("strong", { class: "warn" }, ` ${action === "held" ? "by" : "flagged:"} ${flags.join(", ")}`), isMalformed ? element("strong", { class: "warn" }, " edited or foreign") : null,
        actor === null ? null : element("small", {}, " by ", element("bdi", {}, actor)), reason === null ? null : element("small", { class: "reason" }, reason)),
      element("td", { class: "count" }, points),
      element("td", { class: "count" }, score === null ? "" : number(score)),
      element("td", {}, ip === null ? "" : element("button", { type: "button", class: "link address", "data-ip": ip, title: "Only this address" }, ip)),
      element("td", {}, canRevert ? element("button", { type: "button", class: "link", "data-seq": String(seq), "aria-label": `Revert update ${seq}` }, "Revert…") : null,
        canUnrevert ? element("button", { type: "button", class: "link", "data-back": String(seq), "aria-label": isReverted ? `Count update ${seq} again` : `Undo revert ${seq}` }, isReverted ? "Count again…" : "Undo…") : null));
  }

  #build() {
    const { id, hasUser, onOpen, onRevert, onUnrevert } = this.#options;
    const field = (name, words, attributes) => {
      const input = element("input", { id: `${id}-${name}`, autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...attributes });
      return [input, element("p", {}, element("label", { for: `${id}-${name}` }, words), input)];
    };
    const [user, userLine] = hasUser ? field("user", "User id", { maxlength: 128 }) : [null, null];
    const [ip, ipLine] = field("ip", "Address", { maxlength: 64 });
    const [since, sinceLine] = field("since", "Since", { type: "datetime-local", step: 1 });
    const [until, untilLine] = field("until", "Until", { type: "datetime-local", step: 1 });
    const flagged = element("input", { id: `${id}-flagged`, type: "checkbox" });
    const flaggedLine = element("p", { class: "tick" }, flagged, element("label", { for: `${id}-flagged` }, "Only flagged"));
    const form = element("form", { class: "filters", role: "search" }, [userLine, ipLine, sinceLine, untilLine, flaggedLine].filter(Boolean), element("button", { type: "submit" }, "Read"));
    const note = element("p", { class: "note", role: "status" });
    const body = element("tbody");
    const heads = ["Time", hasUser ? "User" : null, "What", "Points", "Score", "Address", element("span", { class: "unseen" }, "Acts")].filter(Boolean);
    const older = element("button", { type: "button", disabled: "" }, "Older");
    const csv = element("button", { type: "button", disabled: "" }, "Save as CSV");
    const ndjson = element("button", { type: "button", disabled: "" }, "Save as NDJSON");
    this.#place.replaceChildren(form, note,
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Entries of the audit" },
        element("table", { class: "entries" }, element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col", class: ["Points", "Score"].includes(head) ? "count" : null }, head)))), body)),
      element("div", { class: "turn" }, older, csv, ndjson));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.read();
    });
    older.addEventListener("click", () => this.#more(step));
    csv.addEventListener("click", () => save(`${this.#file}.csv`, "text/csv", asCSV(this.reader.entries)));
    ndjson.addEventListener("click", () => save(`${this.#file}.ndjson`, "application/x-ndjson", asNDJSON(this.reader.entries)));
    body.addEventListener("click", (event) => {
      const { user: other, ip: address, seq, back } = event.target.closest("button")?.dataset ?? {};
      if (other !== undefined) onOpen(other);
      if (address !== undefined) {
        ip.value = address;
        this.read();
      }
      if (back !== undefined) onUnrevert(this.reader.entries.find((entry) => String(entry.seq) === back && (entry.isReverted || entry.action === "revert")));
      if (seq !== undefined) onRevert(this.reader.entries.find((entry) => String(entry.seq) === seq && canBeReverted(entry)));
    });
    flagged.addEventListener("change", () => this.read());
    return { user, ip, since, until, flagged, note, body, older, files: [csv, ndjson] };
  }
}
