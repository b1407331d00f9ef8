// The desk: its views, the board that is moderated, who is open, and the keys. What is shown stands in the page's address, but for the token.

import { Acts, askedBy } from "./desk-acts.js";
import { DeskBoard } from "./desk-board.js";
import { Boards } from "./desk-boards.js";
import { Case } from "./desk-case.js";
import { ActDialog } from "./desk-dialog.js";
import { Done } from "./desk-done.js";
import { Flags } from "./desk-flags.js";
import { Held } from "./desk-held.js";
import { OnHold } from "./desk-on-hold.js";
import { Rising } from "./desk-rising.js";
import { DeskStandings } from "./desk-standings.js";
import { AuditTable } from "./desk-table.js";
import { Windows } from "./desk-windows.js";
import { element } from "./markup.js";
import { Feed } from "./feed.js";

const views = ["players", "audit", "boards"];
const states = { connecting: "Connecting", live: "Live", waiting: "Trying again", gone: "No such board", private: "Not readable", stopped: "Stopped" };

const byID = (id) => document.getElementById(id);
const byIDs = (ids) => Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, byID(id)]));

export class Desk {
  #service;
  #board;
  #feed = null;
  #view = "players";
  #windows;
  #standings;
  #rising;
  #flags;
  #held;
  #onHold;
  #case;
  #audit;
  #auditOf = null;
  #boards;
  #dialog;
  #done;
  #timer;
  #state = "connecting";

  /** `boards`: the first page of the definitions. */
  constructor(service, boards) {
    this.#service = service;
    const query = new URLSearchParams(location.search);
    this.#board = this.#boardOf(query.get("board") || "main");
    const acts = new Acts(service);
    this.#dialog = new ActDialog(byIDs({
      dialog: "act", form: "act-form", title: "act-title", says: "act-says", fields: "act-fields", preview: "act-preview", typedLabel: "act-typed-label",
      typed: "act-typed", reasonLabel: "act-reason-label", reason: "act-reason", problem: "act-problem", cancel: "act-cancel", go: "act-go",
    }), { onDone: (done) => this.#wasDone(done) });
    const onAct = (act) => this.#dialog.open(act);
    const onOpen = (user) => this.#open(user);
    this.#done = new Done(byID("done"), byID("done-rows"), byIDs({ all: "done-all", close: "done-close" }), { onUndo: onAct });
    this.#windows = new Windows(this.#board, byID("windows"), byID("window"), { window: query.get("window"), season: query.get("season") }, {
      onChoose: () => this.#turnWindow(),
      onRead: () => this.#knowSeasons(),
    });
    this.#standings = new DeskStandings(this.#board, this.#windows, byIDs({
      rows: "standings-rows", note: "standings-note", form: "filter", input: "filter-text", back: "standings-back", on: "standings-on",
    }), { onOpen });
    this.#rising = new Rising(service, this.#board, byIDs({
      rows: "rising-rows", note: "rising-note", minutes: "rising-minutes", again: "rising-again",
    }), { onOpen });
    this.#flags = new Flags(service, this.#board, byIDs({ rows: "flags-rows", note: "flags-note" }), { onOpen });
    this.#held = new Held(service, this.#board, byIDs({ rows: "held-rows", note: "held-note", turn: "held-acts" }), { acts, onAct, onOpen });
    this.#onHold = new OnHold(service, this.#board, byIDs({ rows: "on-hold-rows", note: "on-hold-note", turn: "on-hold-acts" }), { acts, onAct, onOpen });
    this.#case = new Case(service, this.#board, byIDs({
      article: "case", hint: "hint", name: "case-name", marks: "case-marks", close: "case-close", facts: "case-facts", acts: "case-acts", problem: "case-problem",
      chart: "case-chart", chartNote: "case-chart-note", addresses: "case-addresses", addressesNote: "case-addresses-note",
      seasons: "case-seasons", seasonsRows: "case-seasons-rows", seasonsNote: "case-seasons-note", audit: "case-audit",
    }), { windows: this.#windows, acts, onAct, onOpen, onClose: () => this.#wasClosed() });
    this.#audit = new AuditTable(service, byID("audit-table"), {
      id: "audit", hasUser: true, onOpen,
      onRevert: (entry) => onAct(acts.revert({ board: this.#board.name, user: entry.user, standing: null }, { seq: entry.seq })),
      onUnrevert: (entry) => onAct(acts.unrevert({ board: this.#board.name, user: entry.user }, askedBy(entry))), onRead: null,
    });
    this.#boards = new Boards(service, byIDs({
      rows: "boards-rows", note: "boards-note", make: "boards-new", form: "definition", title: "definition-heading", words: "definition-words",
      nameLine: "definition-name-line", name: "definition-name", members: "definition-members", json: "definition-json", problem: "definition-problem",
      boardActs: "board-acts", freezeNote: "freeze-note", freezeActs: "freeze-acts", seasonsNote: "seasons-note", seasons: "seasons-rows",
    }), { acts, onAct });
    this.#boards.take(boards);

    byID("view-links").addEventListener("click", (event) => {
      const view = event.target.closest("button")?.dataset.view;
      if (view) this.#turn(view);
    });
    byID("choose").addEventListener("submit", (event) => {
      event.preventDefault();
      const name = byID("board-name").value.trim();
      if (name) this.#moderate(name);
    });
    addEventListener("keydown", this.#pressed);
    addEventListener("pagehide", this.#left);
    addEventListener("pageshow", this.#returned);
    this.#timer = setInterval(() => this.#tick(), 1_000);

    const [user, view] = [query.get("user"), query.get("view")];
    this.#follow();
    if (views.includes(view)) this.#turn(view);
    else this.#turn("players");
    // No user id has a blank in it: a plus sign that was typed as it is stands for itself.
    if (user) this.#open(user.replaceAll(" ", "+"));
    this.#readBoards();
  }

  /** The token is gone, and so is the desk. */
  close() {
    clearInterval(this.#timer);
    removeEventListener("keydown", this.#pressed);
    removeEventListener("pagehide", this.#left);
    removeEventListener("pageshow", this.#returned);
    this.#feed?.stop();
    this.#standings.close();
    this.#rising.close();
    this.#flags.close();
    this.#held.close();
    this.#onHold.close();
    this.#dialog.close();
    this.#case.stop();
    this.#audit.clear();
  }

  #boardOf(name) {
    const board = new DeskBoard(name, this.#service.token, { onKnown: () => board === this.#board && this.#showBoard() });
    return board;
  }

  async #readBoards() {
    await this.#boards.read();
    byID("board-names")?.replaceChildren(...this.#boards.names.map((name) => element("option", { value: name })));
  }

  #moderate(name) {
    this.#board = this.#boardOf(name);
    this.#windows.board = this.#board;
    this.#standings.board = this.#board;
    this.#rising.board = this.#board;
    this.#flags.board = this.#board;
    this.#held.board = this.#board;
    this.#onHold.board = this.#board;
    this.#case.board = this.#board;
    this.#follow();
    this.#turn(this.#view === "boards" ? "players" : this.#view);
  }

  /** The feed says when something changes; what it is is read. */
  #follow() {
    this.#feed?.stop();
    const { name } = this.#board;
    byID("board-name").value = name;
    byID("board-problem").textContent = "";
    this.#feed = new Feed({
      board: this.#board,
      onMessage: (message) => this.#heard(message),
      onState: (state) => this.#showState(state),
    });
    this.#feed.start();
  }

  #heard({ type, changes }) {
    this.#standings.changed();
    if (type === "season") this.#windows.read();
    if (type === "metadata" || type === "season") return;
    this.#rising.changed();
    this.#flags.changed();
    if (type !== "changes" || changes.some(({ user }) => user === this.#case.user)) this.#case.changed();
  }

  #showState({ name }) {
    const pill = byID("connection");
    if (!pill) return;
    pill.dataset.state = name;
    this.#state = name;
    this.#showConnection();
    byID("board-problem").textContent = name === "gone" ? `There is no board ${this.#board.name}.` : "";
    if (name === "gone") this.#standings.changed();
  }

  /** What has ended for good is not live, however well it is heard. */
  #showConnection() {
    const text = byID("connection-text");
    const words = this.#state === "live" && this.#board.isOver ? "Over" : (states[this.#state] ?? this.#state);
    if (text && text.textContent !== words) text.textContent = words;
  }

  /** Which seasons there are, and which of them are over. */
  #knowSeasons() {
    this.#showConnection();
    this.#standings.show();
    this.#case.seasonsKnown();
  }

  #showBoard() {
    document.title = `${this.#board.title || this.#board.name} · Moderation`;
    this.#windows.read();
    this.#rising.changed();
    this.#flags.changed();
    this.#tick();
  }

  #turnWindow() {
    this.#standings.turned();
    this.#note();
  }

  #turn(view) {
    this.#view = view;
    for (const name of views) byID(name).hidden = name !== view;
    for (const button of byID("view-links").children) {
      if (button.dataset.view === view) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    if (view === "audit" && this.#auditOf !== this.#board.name) {
      this.#auditOf = this.#board.name;
      this.#audit.open(this.#board.name);
    }
    if (view === "boards") this.#boards.open(this.#board.name);
    this.#note();
  }

  #open(user) {
    if (this.#view !== "players") this.#turn("players");
    this.#standings.chosen = this.#rising.chosen = this.#held.opened = this.#onHold.chosen = user;
    this.#case.open(user);
    this.#note();
  }

  #wasClosed() {
    this.#standings.chosen = this.#rising.chosen = this.#held.opened = this.#onHold.chosen = null;
    this.#note();
  }

  #wasDone(done) {
    this.#done.add(done);
    this.#standings.changed();
    this.#rising.changed();
    this.#flags.changed(true);
    this.#held.changed();
    this.#onHold.changed();
    if (done.isErased) this.#forget();
    else if (done.board === this.#board.name) this.#case.acted();
    if (this.#auditOf === this.#board.name) this.#audit.acted();
    if (done.user === null) this.#boards.done(done).then(() => this.#readBoards());
  }

  /** Somebody is erased: what was read of them goes from the page too. */
  #forget() {
    this.#case.close();
    this.#rising.read();
    this.#flags.forget();
    this.#held.forget();
    this.#onHold.forget();
    this.#audit.clear();
    this.#auditOf = null;
    if (this.#view === "audit") this.#turn("audit");
  }

  /** What is shown stands in the address. */
  #note() {
    const query = new URLSearchParams(location.search);
    const { window, season } = this.#windows.chosen;
    const given = { board: this.#board.name === "main" ? null : this.#board.name, window, season, view: this.#view === "players" ? null : this.#view, user: this.#case?.user ?? null };
    for (const [name, value] of Object.entries(given)) {
      if (value === null) query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    history.replaceState(null, "", text ? `?${text}` : location.pathname);
  }

  #tick() {
    if (document.hidden || this.#view !== "players") return;
    const now = performance.now();
    this.#showConnection();
    this.#windows.tick(now);
    this.#standings.tick(now);
    this.#rising.tick(now);
    this.#flags.tick(now);
    this.#held.tick(now);
    this.#onHold.tick(now);
  }

  #left = () => this.#feed?.stop();

  #returned = (event) => {
    if (event.persisted) this.#feed?.start();
  };

  #pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#dialog.isOpen) return;
    const isWriting = event.target.closest?.("input, textarea, select");
    if (event.key === "Escape") {
      if (isWriting) event.target.blur();
      else this.#case.close();
      return;
    }
    if (isWriting) return;
    const view = views[Number(event.key) - 1];
    if (view) this.#turn(view);
    else if (event.key === "/") {
      this.#turn("players");
      byID("filter-text").focus();
      byID("filter-text").select();
    } else if (this.#view !== "players" || !(this.#case.act(event.key) || this.#held.act(event.key))) return;
    event.preventDefault();
  };
}
