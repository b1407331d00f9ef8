// What stands where the standings are: rows, or a notice that there are none. What changes is drawn once, in the next frame.

export class Stage {
  #parts;
  #source = null;
  #frame = null;
  #wakeTimer = null;
  #isAtOnce = true;

  /** `parts`: { board, rows, faces, notice }. `onDraw(top)`: it has been drawn. */
  constructor(parts, { onDraw }) {
    this.#parts = { ...parts, onDraw };
  }

  /** `source()`: what is to be shown now: { top, notice }, or null while nobody knows. */
  set source(source) {
    this.#source = source;
  }

  changed() {
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  /** Whatever is drawn next moves nothing and flashes nowhere: it has happened already, or is of other standings. */
  settle() {
    this.#isAtOnce = true;
  }

  /** Nothing may be seen of the standings any more, in no frame and in no text. */
  clear() {
    this.#parts.rows.clear();
    this.changed();
  }

  #draw() {
    this.#frame = null;
    const shown = this.#source();
    if (shown === null) return;
    const { board, rows, faces, notice, onDraw } = this.#parts;
    this.#wake(rows.draw(shown.top, board.order, faces, performance.now(), { atOnce: this.#isAtOnce }));
    this.#isAtOnce = false;
    notice.show(shown.top.length > 0 ? null : shown.notice);
    onDraw(shown.top);
  }

  /** Flashes and marks end at their time, whether or not anything else happens. */
  #wake(at) {
    clearTimeout(this.#wakeTimer);
    if (at === Infinity) return;
    const tidy = () => this.#wake(this.#parts.rows.tidy(performance.now(), this.#source()?.top ?? []));
    this.#wakeTimer = setTimeout(tidy, Math.max(0, at - performance.now()));
  }
}
