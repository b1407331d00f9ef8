// What a screen reader hears without asking: who leads, the followed player, and a lost or regained connection. Spoken at
// most once in a while, and only what is still true then.

const every = 12_000;

export class Announcer {
  #element;
  #topics = new Map();
  #spoken = new Map();
  #lastAt = -Infinity;

  constructor(element) {
    this.#element = element;
  }

  /** The newest text of each topic counts. Null: nothing to say about it. */
  say(topic, text) {
    this.#topics.set(topic, text);
  }

  /** Once a second. */
  tick(now) {
    if (now - this.#lastAt < every) return;
    const news = [...this.#topics].filter(([topic, text]) => text !== this.#spoken.get(topic));
    if (news.length === 0) return;
    this.#spoken = new Map(this.#topics);
    this.#element.textContent = news.map(([, text]) => text).filter(Boolean).join(" ");
    this.#lastAt = now;
  }
}
