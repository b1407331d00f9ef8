// The board that is moderated, as the live feed wants it: always with the operator's token.

import { heardAnswer, serviceTime } from "./clock.js";
import { refusalOf } from "./board.js";
import { readDefinition } from "./message.js";
import { usualOrder } from "./order.js";

export class DeskBoard {
  /** The feed looks at it. */
  isOfWindow = false;
  order = usualOrder;
  title = null;
  /** It takes updates up to then (milliseconds since 1970); null: for ever. */
  until = null;
  /** As the service has it; null: not known yet. */
  definition = null;

  #token;
  #onKnown;

  constructor(name, token, { onKnown }) {
    this.name = name;
    this.#token = token;
    this.#onKnown = onKnown;
  }

  get token() {
    return this.#token;
  }

  /** It took updates up to a time, which has come. */
  get isOver() {
    return this.until !== null && this.until <= serviceTime();
  }

  path(part, query = {}) {
    const all = Object.entries(query).filter(([, value]) => value !== null);
    const path = `/api/v1/boards/${encodeURIComponent(this.name)}/${part}`;
    return all.length > 0 ? `${path}?${new URLSearchParams(all)}` : path;
  }

  async ask(part, options, query) {
    const answer = await fetch(this.path(part, query), { ...options, headers: this.#token.headers });
    heardAnswer(answer);
    return answer;
  }

  /** Null: it is known what the board is; else why not, as the feed has it. */
  async look(signal) {
    try {
      const answer = await fetch(`/api/v1/boards/${encodeURIComponent(this.name)}`, { signal, headers: this.#token.headers, cache: "no-store" });
      heardAnswer(answer);
      const refusal = refusalOf(answer.status);
      if (refusal) return refusal;
      const body = answer.ok ? await answer.json() : null;
      const definition = readDefinition(body);
      if (!definition) return "unanswered";
      this.order = definition.order;
      this.title = definition.title;
      this.until = definition.until;
      this.definition = body;
      this.#onKnown();
      return null;
    } catch {
      return "unanswered";
    }
  }
}
