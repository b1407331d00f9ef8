// Whether the page is live, how, and when something last happened.

import { ago } from "./format.js";

/** A wall display makes room for words only where it is not live for so long: most breaks are over by then. */
const troubleAfter = 2_000;

export class Status {
  #state = { name: "connecting" };
  #lastUpdateAt = null;
  #notLiveSince = performance.now();
  #elements;
  #isOver;

  /** `elements`: { pill, text, transport, lastUpdate }. `isOver()`: what is fed has ended for good. */
  constructor(elements, { isOver }) {
    this.#elements = elements;
    this.#isOver = isOver;
  }

  set(state, transport) {
    this.#state = state;
    const { pill, transport: line } = this.#elements;
    pill.dataset.state = state.name;
    document.documentElement.dataset.connection = state.name;
    const isWell = state.name === "live" || state.name === "past";
    this.#notLiveSince = isWell ? null : (this.#notLiveSince ?? performance.now());
    line.textContent = state.name === "live" ? `by ${transport}` : "";
    this.tick(performance.now());
  }

  updated(now) {
    this.#lastUpdateAt = now;
  }

  /** Once a second. */
  tick(now) {
    write(this.#elements.text, this.#words(now));
    const isTrouble = this.#notLiveSince !== null && now - this.#notLiveSince >= troubleAfter;
    document.documentElement.toggleAttribute("data-trouble", isTrouble);
    if (this.#lastUpdateAt !== null) write(this.#elements.lastUpdate, ago(this.#lastUpdateAt, now));
  }

  #words(now) {
    switch (this.#state.name) {
      case "live": return this.#isOver() ? "Ended" : "Live";
      case "connecting": return "Connecting";
      case "gone": return "Not there";
      case "private": return "Private";
      case "past": return "Past season";
      case "waiting":
        if (!navigator.onLine) return "Offline";
        return `Reconnecting in ${Math.max(1, Math.ceil((this.#state.retryAt - now) / 1000))} s`;
      default: return "Stopped";
    }
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
