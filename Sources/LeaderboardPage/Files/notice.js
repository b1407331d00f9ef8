// What stands in the place of rows where there are none.

const notices = {
  empty: ["Nobody has scored yet.", "The first player to score appears here at once."],
  begun: ["A new season has just begun.", "The first player to score appears here at once."],
  waiting: ["This season has not begun yet.", "Scores count from its beginning on."],
  season: ["Nobody has scored in this season yet.", "The first player to score appears here at once."],
  past: ["Nothing is known of this season.", "Nobody scored in it, or it is kept no longer."],
  gone: ["There is no such board.", "It was deleted, or nobody has made it yet. When it is made, it appears here."],
  private: ["This board is private.", "Who reads it needs an access token."],
};

export class Notice {
  #element;
  /** Undefined: what the service wrote there. */
  #shown;

  /** `element` has a heading, `strong`, and a sentence, `span`. */
  constructor(element) {
    this.#element = element;
  }

  /** One of the notices, or null: there are rows. */
  show(name) {
    if (name === this.#shown) return;
    this.#shown = name;
    this.#element.hidden = name === null;
    this.#element.dataset.notice = name ?? "";
    if (name === null) return;
    const [heading, sentence] = notices[name];
    this.#element.querySelector("strong").textContent = heading;
    this.#element.querySelector("span").textContent = sentence;
  }
}
