// <live-leaderboard board="main" rows="10" window="weekly"></live-leaderboard>: a board on any page. Its colours, font and spaces are
// CSS variables of the element: --leaderboard-text, -quiet, -accent, -background, -row, -bar, -font, -gap, -radius.

import { Leaderboard } from "./client.js";

const style = `
  :host { display: block; color: var(--leaderboard-text, inherit); background: var(--leaderboard-background, transparent);
    font: var(--leaderboard-font, inherit); font-variant-numeric: tabular-nums; }
  :host([hidden]) { display: none; }
  .title { margin: 0 0 .5em; font-size: 1.15em; font-weight: 650; }
  ol { position: relative; margin: 0; padding: 0; list-style: none; display: grid; gap: var(--leaderboard-gap, .25em); }
  li { position: relative; display: flex; flex-wrap: wrap; gap: 0 .6em; align-items: center;
    padding: .45em .7em; border-radius: var(--leaderboard-radius, .4em); overflow: hidden;
    background: var(--leaderboard-row, color-mix(in srgb, currentColor 7%, transparent)); }
  li::before { content: ""; position: absolute; inset: auto auto 0 0; width: calc(100% * var(--share, 0)); height: .18em;
    background: var(--leaderboard-bar, var(--leaderboard-accent, #2f6fed)); transition: width .4s; }
  .rank, .note { color: var(--leaderboard-quiet, color-mix(in srgb, currentColor 70%, transparent)); }
  .rank { flex: 0 0 1.6em; text-align: right; }
  .name { flex: 1 1 7em; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .score { margin-left: auto; font-weight: 650; text-align: right; }
  img { width: 1.5em; height: 1.5em; border-radius: 50%; object-fit: cover; }
  .gains { animation: gains .9s ease-out; }
  @keyframes gains { from { background: var(--leaderboard-accent, #2f6fed); } }
  .note { min-height: 1.3em; margin: .4em 0 0; font-size: .85em; }
  .note:empty { min-height: 0; margin: 0; }
  @media (prefers-reduced-motion: reduce) { li, li::before { animation: none !important; transition: none !important; } }
`;

/** What is the matter, for who looks at the page. */
const words = {
  waiting: "The connection is lost; trying again.",
  not_found: "There is no such board.",
  refused: "This board is not open to everybody.",
  ended: "The board cannot be shown.",
};
/** A board may be made, or opened, later. */
const lookAgainAfter = 30_000;
/** By their addresses: the elements of a page share a connection. */
const services = new Map();

class LiveLeaderboard extends HTMLElement {
  static observedAttributes = ["board", "rows", "window", "src", "heading", "pictures"];

  #live = null;
  #timer = null;
  #isDue = false;
  #rows = new Map();
  #list = make("ol");
  #title = make("p", "title");
  #note = make("p", "note");

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    // Not by a <style>: the page's security policy may not allow one.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    this.#title.hidden = true;
    this.#note.setAttribute("role", "status");
    root.append(this.#title, this.#list, this.#note);
  }

  /** What is shown: see `Live` in client.js. */
  get standings() {
    return this.#live?.standings ?? null;
  }

  connectedCallback() {
    this.#begin();
  }

  disconnectedCallback() {
    this.#stop();
  }

  attributeChangedCallback(_, before, now) {
    if (this.isConnected && before !== now) this.#begin();
  }

  /** Once for all attributes that are set together. */
  #begin() {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (this.isConnected) this.#start();
    });
  }

  #start() {
    this.#stop();
    const board = this.getAttribute("board") || "main";
    const heading = this.getAttribute("heading");
    this.#title.hidden = !heading;
    this.#title.textContent = heading ?? "";
    this.#list.setAttribute("aria-label", heading || board);
    // The service is where this file is from, unless it is said otherwise.
    const service = this.getAttribute("src") || new URL(".", import.meta.url).href;
    let live = null;
    if (!services.has(service)) services.set(service, new Leaderboard(service));
    live = this.#live = services.get(service).board(board).live({
      rows: Number(this.getAttribute("rows")) || 10,
      window: this.getAttribute("window") || undefined,
      include: "metadata",
      onStandings: (standings) => this.#show(standings),
      onChanges: (changes) => this.#flash(changes),
      onSeason: (season) => this.#tell("season", season),
      // It is told of its beginning before it is there, and of its end by us.
      onState: (state) => (live === null || live === this.#live) && this.#state(state),
    });
  }

  #stop() {
    clearTimeout(this.#timer);
    const live = this.#live;
    this.#live = null;
    live?.close();
  }

  #state({ name, error }) {
    this.dataset.state = name;
    this.#tell("state", { name, error });
    if (name === "ended" && error) {
      const kind = error.status === 404 ? "not_found" : [401, 403].includes(error.status) ? "refused" : "ended";
      this.#show({ rows: [] });
      this.#note.textContent = words[kind];
      this.#timer = setTimeout(() => this.#start(), lookAgainAfter * (1 + Math.random()));
    } else if (name === "waiting") {
      this.#note.textContent = words.waiting;
    } else if (name === "live") {
      this.#note.textContent = this.#live?.standings?.frozen ? "The board is frozen." : "";
    }
  }

  #show(standings) {
    const best = standings.rows.find(({ score }) => score !== undefined)?.score ?? 0;
    const last = standings.rows.at(-1)?.score ?? 0;
    const kept = new Map();
    standings.rows.forEach((row, place) => {
      const key = row.user_id ?? ` ${row.rank}`;
      const item = this.#rows.get(key) ?? newRow();
      kept.set(key, item);
      const name = row.metadata?.name ?? row.user_id ?? "…";
      set(item, ".rank", row.rank);
      set(item, ".name", name);
      set(item, ".score", row.score === undefined ? "" : row.score.toLocaleString());
      item.querySelector(".name").title = name;
      item.style.setProperty("--share", best > 0 && row.score > 0 ? (best >= last ? row.score / best : best / row.score) : 0);
      picture(item, this.hasAttribute("pictures") ? row.metadata?.avatar : undefined);
      if (this.#list.children[place] !== item) this.#list.insertBefore(item, this.#list.children[place] ?? null);
    });
    for (const [key, item] of this.#rows) if (!kept.has(key)) item.remove();
    this.#rows = kept;
    this.#tell("standings", standings);
  }

  #flash(changes) {
    for (const { user_id } of changes) {
      const item = this.#rows.get(user_id);
      if (!item) continue;
      item.classList.remove("gains");
      void item.offsetWidth;
      item.classList.add("gains");
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function make(name, className) {
  const element = document.createElement(name);
  if (className) element.className = className;
  return element;
}

function newRow() {
  const item = make("li");
  const image = make("img");
  Object.assign(image, { alt: "", hidden: true, referrerPolicy: "no-referrer", decoding: "async" });
  image.onerror = () => (image.hidden = true);
  item.append(make("span", "rank"), image, make("span", "name"), make("span", "score"));
  return item;
}

function set(item, part, text) {
  const element = item.querySelector(part);
  if (element.textContent !== `${text}`) element.textContent = text;
}

function picture(item, url) {
  const image = item.querySelector("img");
  if ((image.getAttribute("src") ?? undefined) === url) return;
  image.hidden = !url;
  if (url) image.src = url;
  else image.removeAttribute("src");
}

if (!customElements.get("live-leaderboard")) customElements.define("live-leaderboard", LiveLeaderboard);
