// All boards and templates: what each is, by a form or as JSON; whether it is frozen, and its seasons.

import { editable } from "./desk-acts.js";
import { KeyedList } from "./desk-list.js";
import { Refused } from "./desk-service.js";
import { timeWords } from "./desk-times.js";
import { number } from "./format.js";
import { element } from "./markup.js";
import { Order } from "./order.js";
import { readSeasons } from "./season.js";

/** The members that have a field; JSON has all. */
const fields = [
  { name: "title", words: "Title", type: "text" },
  { name: "accent", words: "Colour, as #b23a12", type: "text" },
  { name: "logo", words: "Logo, an https URL", type: "text" },
  { name: "visibility", words: "Who may read it", choices: ["public", "private", "members"] },
  { name: "order", words: "Order", choices: ["desc", "asc"] },
  { name: "ties", words: "Ties", choices: ["id", "shared", "dense", "first", "last"] },
  { name: "operator", words: "An update does", choices: ["incr", "decr", "set", "best"] },
  { name: "increase_max", words: "Largest increase", type: "number" },
  { name: "keep_days", words: "Seasons are kept, days", type: "number" },
];

export class Boards {
  #service;
  #elements;
  #acts;
  #onAct;
  #list;
  #fields = new Map();
  #definitions = new Map();
  #next = null;
  /** The one that is edited; null: a new one. */
  #name = null;
  /** The definition that the text began as: what is sent goes by its version. Null: there is none yet. */
  #base = null;
  #baseText = "";
  #round = 0;

  /** `elements`: { rows, note, make, form, title, words, nameLine, name, members, json, problem, boardActs, freezeNote, freezeActs, seasonsNote, seasons }. */
  constructor(service, elements, { acts, onAct }) {
    this.#service = service;
    this.#elements = elements;
    this.#acts = acts;
    this.#onAct = onAct;
    this.#list = new KeyedList(elements.rows, { onChoose: (name) => this.#choose(name) });
    elements.members.replaceChildren(...fields.map((field) => this.#field(field)));
    elements.json.addEventListener("input", () => this.#fill());
    elements.make.addEventListener("click", () => this.edit(null));
    elements.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#look();
    });
    elements.freezeActs.addEventListener("click", (event) => {
      const what = event.target.closest("button")?.dataset.act;
      if (what) onAct(acts[what](this.#name));
    });
  }

  get names() {
    return [...this.#definitions.keys()].filter((name) => !name.includes("*"));
  }

  /** The first page of the definitions, as the service told it. */
  take(body) {
    this.#definitions.clear();
    this.#add(body);
  }

  async read() {
    try {
      let body = await this.#service.read("/api/v1/admin/boards", { limit: 100 });
      this.take(body);
      // A thousand are enough to choose from; each can be opened by its name.
      for (let page = 1; page < 10 && this.#next !== null; page += 1) {
        body = await this.#service.read("/api/v1/admin/boards", { limit: 100, after: this.#next });
        this.#add(body);
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#elements.note.textContent = error.message;
      return;
    }
    this.#show();
  }

  /** As it is now: somebody else may have changed it. */
  async #choose(name) {
    this.#round += 1;
    const round = this.#round;
    await this.read();
    if (round === this.#round) await this.edit(name);
  }

  async edit(name) {
    this.#round += 1;
    const { title, words, nameLine, json, problem, boardActs } = this.#elements;
    this.#name = name;
    const definition = name === null ? null : (this.#definitions.get(name) ?? null);
    this.#base = definition;
    title.textContent = name ?? "A new board";
    nameLine.hidden = name !== null;
    problem.textContent = "";
    words.textContent = definition ? wordsOf(definition) : "What is left out is as by default. A name that ends with * is a template: it makes boards at their first update.";
    json.value = this.#baseText = JSON.stringify(definition ? editable(definition) : { title: "" }, null, 2);
    this.#fill();
    boardActs.hidden = definition === null || name.includes("*");
    this.#show();
    if (!boardActs.hidden) await this.#showState(definition);
  }

  /** An act has changed something. */
  async done({ board, definition }) {
    const round = this.#round;
    await this.read();
    // Somebody has turned to another one meanwhile, and may be writing.
    if (round !== this.#round) return;
    if (definition !== undefined) await this.edit(definition === null ? "main" : board);
    else if (board === this.#name) await this.#renew(this.#definitions.get(board));
  }

  /** What somebody has begun to write stays. */
  async #renew(definition) {
    if (!definition || this.#elements.json.value === this.#baseText) return await this.edit(this.#name);
    if (JSON.stringify(editable(definition)) === JSON.stringify(editable(this.#base))) this.#base = definition;
    await this.#showState(definition);
  }

  /** For the first time. */
  async open(name) {
    const round = this.#round;
    await this.read();
    if (round === 0 && round === this.#round) await this.edit(this.#definitions.has(name) ? name : "main");
  }

  #add(body) {
    for (const definition of Array.isArray(body?.boards) ? body.boards : []) {
      if (typeof definition?.name === "string") this.#definitions.set(definition.name, definition);
    }
    this.#next = typeof body?.next === "string" ? body.next : null;
  }

  #show() {
    this.#elements.note.textContent = this.#next === null ? "" : "There are more; those with further names are opened by their name.";
    this.#list.show([...this.#definitions.values()].map((definition) => ({
      key: definition.name,
      content: [
        element("span", { class: "who" }, element("bdi", {}, definition.title || definition.name), element("small", {}, definition.name)),
        element("span", { class: "score" }, [definition.frozen === undefined ? null : "frozen", definition.visibility === "public" ? null : definition.visibility].filter(Boolean).join(", ")),
      ],
    })), this.#name);
  }

  #field({ name, words, type, choices }) {
    const id = `definition-${name}`;
    const input = choices ? element("select", { id }, choices.map((choice) => element("option", {}, choice))) : element("input", { id, type, autocomplete: "off" });
    this.#fields.set(name, input);
    input.addEventListener("input", () => {
      const definition = this.#parsed();
      if (!definition) return;
      if (type === "text" && input.value === "") delete definition[name];
      else definition[name] = type === "number" ? Number(input.value) : input.value;
      // What an update does without naming it must be one that it may name.
      if (name === "operator" && Array.isArray(definition.operators) && !definition.operators.includes(input.value)) definition.operators.push(input.value);
      this.#elements.json.value = JSON.stringify(definition, null, 2);
    });
    return element("p", {}, element("label", { for: id }, words), input);
  }

  /** The fields say what the JSON says. */
  #fill() {
    const definition = this.#parsed();
    for (const [name, input] of this.#fields) {
      input.disabled = definition === null;
      if (definition) input.value = definition[name] ?? (input instanceof HTMLSelectElement ? input.options[0].value : "");
    }
  }

  /** Null: it is no object. */
  #parsed() {
    try {
      const definition = JSON.parse(this.#elements.json.value);
      return definition !== null && typeof definition === "object" && !Array.isArray(definition) ? definition : null;
    } catch {
      return null;
    }
  }

  #look() {
    const { problem, json, name: input } = this.#elements;
    const definition = this.#parsed();
    const name = this.#name ?? input.value.trim();
    if (!definition) problem.textContent = "That is no JSON object: a comma or a quote may be missing.";
    else if (name === "") problem.textContent = "Give the board a name.";
    else {
      problem.textContent = "";
      this.#onAct(this.#acts.define(name, this.#base, json.value, definition));
    }
  }

  async #showState({ name, frozen, windows }) {
    const round = this.#round;
    const { freezeNote, freezeActs, seasonsNote, seasons } = this.#elements;
    const isFrozen = frozen !== undefined;
    freezeNote.textContent = isFrozen ? `Frozen since ${timeWords(frozen)}: everybody but operators sees it as it was then.` : "Shown as it is.";
    freezeActs.replaceChildren(isFrozen
      ? element("button", { type: "button", "data-act": "reveal" }, "Reveal…")
      : element("button", { type: "button", "data-act": "freeze" }, "Freeze…"));
    seasons.replaceChildren();
    seasonsNote.textContent = "";
    const ending = (Array.isArray(windows) ? windows : []).filter(({ reset = "none" }) => reset !== "none");
    if (ending.length === 0) {
      seasonsNote.textContent = "The board has no windows that end.";
      return;
    }
    try {
      const listed = readSeasons(await this.#service.read(`/api/v1/boards/${encodeURIComponent(name)}/seasons`, { limit: 100 })) ?? [];
      if (round !== this.#round) return;
      seasons.replaceChildren(...ending.map(({ name: window, reset }) => {
        const season = listed.find((one) => one.window === window && !one.isFinal);
        const end = reset === "manual" ? "ends by hand" : season?.until ? `ends ${timeWords(season.until)}` : "";
        const button = season && reset === "manual" ? element("button", { type: "button" }, "End it…") : null;
        button?.addEventListener("click", () => this.#onAct(this.#acts.endSeason(name, season)));
        return element("li", {}, element("span", {}, window, element("small", {}, season ? ` season ${season.id}, ${number(season.users)} ${season.users === 1 ? "player" : "players"}; ${end}` : " has not begun")), button);
      }));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (round === this.#round) seasonsNote.textContent = error.message;
    }
  }
}

function wordsOf(definition) {
  const { version, windows, increase_max: most, rate_limit: limit, operator } = definition;
  const order = Order.read(definition)?.words ?? "";
  const names = (Array.isArray(windows) ? windows : []).map(({ name }) => name).join(", ");
  return `${order}. Updates ${operator}, at most ${number(most ?? 0)}; ${number(limit?.updates ?? 0)} in ${number(limit?.interval_seconds ?? 0)} s. Windows: ${names}. Version ${version}.`;
}
