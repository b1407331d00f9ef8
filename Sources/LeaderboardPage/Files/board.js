// The board that the page shows: that of its path, /boards/{name}, or `main`, whose paths name none. Where it is read, and
// what is known of it.

import { heardAnswer, serviceTime } from "./clock.js";
import { readDefinition } from "./message.js";
import { usualOrder } from "./order.js";
import { Calendar } from "./season.js";
import { Token } from "./token.js";

/** What is shown of a definition may be that old. */
const askEvery = 10_000;
/** Of `main`, too. */
const onlyByName = new Set(["scoreboard", "seasons"]);

export class Board {
  /** Null: `main`. */
  name = nameOf(location.pathname);
  title = null;
  /** { accent, logo }: a colour and an address, or null. */
  style = { accent: null, logo: null };
  /** Nobody is told of its past seasons then. */
  isFrozen = false;
  /** It takes updates up to then (milliseconds since 1970); null: for ever. */
  until = null;
  order = usualOrder;
  /** [{ name, words }], the first is its face. */
  windows = [];
  calendar = new Calendar("UTC");
  token = new Token();

  /** Resolves when it can be read: before, nobody knows whether that needs the token. */
  whenReadable;

  #place;
  #onKnown;
  #becomesReadable;
  #isDefined = false;
  #isAsking = false;
  #askedAt = -Infinity;

  /** `place`: which of its standings are shown. `onKnown()`: what is known of it may be another now. */
  constructor({ place, onKnown }) {
    this.#place = place;
    this.#onKnown = onKnown;
    this.whenReadable = new Promise((resolve) => (this.#becomesReadable = resolve));
  }

  /** The name of the window that is shown. */
  get window() {
    return this.#place.window ?? this.windows[0]?.name ?? "all";
  }

  /** A window is shown beside the one that never ends. */
  get isOfWindow() {
    return this.#place.window !== null;
  }

  /** It took updates up to a time, which has come. */
  get isOver() {
    return this.until !== null && this.until <= serviceTime();
  }

  /** `live`, `events`, `stats`, `users/ID`, `scoreboard`, of the standings that are shown; a `query` says more, and null less. */
  path(part, query = {}) {
    const { window, season } = this.#place;
    const all = Object.entries({ window, season, ...query }).filter(([, value]) => value !== null);
    const path = this.name === null && window === null && !onlyByName.has(part) ? `/api/v1/scoreboard/${part}` : `${this.#definition}/${part}`;
    return all.length > 0 ? `${path}?${new URLSearchParams(all)}` : path;
  }

  /** The service knows what it is: one that has no definitions shows `main` all the same, and no more of it. */
  get isDefined() {
    return this.#isDefined;
  }

  /** Reads one of its paths. */
  ask(part, options, query) {
    return this.#fetch(this.path(part, query), options);
  }

  /** Finds out what the board is. Null: that is known; else why not: "gone", "private", "unanswered". */
  async look(signal) {
    this.#askedAt = performance.now();
    const refusal = await this.#look(signal).catch(() => "unanswered");
    if (signal.aborted) return "unanswered";
    // A service that has no definitions shows `main` all the same, and where it is away the stream finds out.
    if (refusal !== null && (this.name !== null || refusal === "private")) return refusal;
    this.#becomesReadable();
    return null;
  }

  async #look(signal) {
    let answer = await this.#fetch(this.#definition, { signal });
    if (refusalOf(answer.status) === "private" && !this.token.isNeeded) {
      this.token.isNeeded = true;
      if (this.token.isThere) answer = await this.#fetch(this.#definition, { signal });
    }
    // A board for members is to everybody else as one that is not there.
    if (answer.status === 404 && !this.token.isNeeded && this.token.isThere) {
      this.token.isNeeded = true;
      answer = await this.#fetch(this.#definition, { signal });
      this.token.isNeeded = answer.status !== 404;
    }
    const refusal = refusalOf(answer.status);
    if (refusal === "private" && this.token.isThere) this.token.refused(await reasonOf(answer));
    if (refusal) return refusal;
    // From an address of which many came without a good token: that would pass. Whether the board is open by now, nobody says.
    if (answer.status === 429 && this.token.isNeeded) {
      if (this.token.isThere) this.token.refused(await reasonOf(answer));
      return "private";
    }
    const body = answer.ok ? await answer.json() : null;
    const definition = readDefinition(body);
    if (!definition) return "unanswered";
    if (!definition.isPrivate) this.token.isNeeded = false;
    this.title = definition.title || this.name;
    this.style = definition.style;
    this.order = definition.order;
    this.isFrozen = definition.isFrozen;
    this.until = definition.until;
    this.windows = definition.windows;
    this.calendar = new Calendar(definition.zone);
    this.#isDefined = true;
    this.#onKnown();
    return null;
  }

  /** Somebody may have changed it: a snapshot came without our asking. */
  async lookAgain() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const wait = Math.max(0, this.#askedAt + askEvery - performance.now());
    await new Promise((resume) => setTimeout(resume, wait + 300 * Math.random()));
    await this.look(AbortSignal.timeout(5_000));
    this.#isAsking = false;
  }

  get #definition() {
    return `/api/v1/boards/${encodeURIComponent(this.name ?? "main")}`;
  }

  async #fetch(path, options) {
    const answer = await fetch(path, { ...options, headers: this.token.headers });
    heardAnswer(answer);
    return answer;
  }
}

/**
 * How long to wait before it is tried again, in milliseconds. A board that was refused may be made, or opened, while its page stands on
 * somebody's wall: that is noticed in a few seconds. A page that nobody sees has time, and notices it when it is seen.
 */
export const refusedDelay = ({ isSeen = !document.hidden, random = Math.random } = {}) => (isSeen ? 3_000 : 20_000) * (1 + 0.5 * random());

/** Why a board is not shown; null: for no reason of its own. */
export function refusalOf(status) {
  if (status === 404) return "gone";
  return status === 401 || status === 403 ? "private" : null;
}

/** What the service says of a token that it does not take. */
async function reasonOf(answer) {
  try {
    const { message } = await answer.json();
    if (typeof message === "string" && message !== "") return message;
  } catch {
    // Said below.
  }
  return "This token is not valid here.";
}

function nameOf(path) {
  const [, name] = /^\/boards\/([^/]+)$/.exec(path) ?? [];
  try {
    return name === undefined ? null : decodeURIComponent(name);
  } catch {
    return name;
  }
}
