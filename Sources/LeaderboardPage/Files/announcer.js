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

  /** The newest text of each topic counts. Null: nothing to say about it. `after`: milliseconds for which it must stay true first. */
  say(topic, text, { after = 0 } = {}) {
    const { text: before, due } = this.#topics.get(topic) ?? {};
    if (text !== before) this.#topics.set(topic, { text, due: performance.now() + after });
    else if (after === 0) this.#topics.set(topic, { text, due: Math.min(due, performance.now()) });
  }

  /** All that was said is true no longer, but this: it is said at once. */
  sayOnly(topic, text) {
    this.#topics = new Map([[topic, { text, due: 0 }]]);
    this.#speak(performance.now());
  }

  /** Once a second. */
  tick(now) {
    if (now - this.#lastAt >= every) this.#speak(now);
  }

  #speak(now) {
    const due = [...this.#topics].filter(([, topic]) => topic.due <= now);
    const news = due.filter(([topic, { text }]) => text !== this.#spoken.get(topic));
    const isOver = [...this.#spoken.keys()].some((topic) => !this.#topics.has(topic));
    if (news.length === 0 && !isOver) return;
    this.#spoken = new Map([...this.#spoken, ...due.map(([topic, { text }]) => [topic, text])].filter(([topic]) => this.#topics.has(topic)));
    this.#element.textContent = news.map(([, { text }]) => text).filter(Boolean).join(" ");
    this.#lastAt = now;
  }
}
