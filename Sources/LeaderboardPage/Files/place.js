// Which standings the page shows: those of a window, as they come, or those of one of its past seasons. It stands in the page's
// address, so that it can be shared, survives a reload, and is where Back leads.

export class Place {
  /** Null: the board's first window. */
  window;
  /** Null: the one that runs. */
  season;
  /** Of a past season: rows before the first that is shown. */
  offset;

  #onMove;

  /** `onMove(before)`: `before` is where the page was, { window, season, offset }. */
  constructor({ onMove }) {
    this.#onMove = onMove;
    this.#read();
    addEventListener("popstate", () => this.#moved(() => this.#read()));
  }

  go({ window: name = this.window, season = null, offset = 0 }) {
    const window = name === "all" ? null : name;
    if (window === this.window && season === this.season && offset === this.offset) return;
    this.#moved(() => {
      Object.assign(this, { window, season, offset });
      history.pushState(null, "", this.address(this));
    });
  }

  /** There is no such window: nothing else changes, and no step back leads here. */
  leaveWindow() {
    this.#leave({ window: null, season: null, offset: 0 });
  }

  /** The season is not shown now. */
  leaveSeason() {
    this.#leave({ season: null, offset: 0 });
  }

  #leave(part) {
    this.#moved(() => {
      Object.assign(this, part);
      history.replaceState(null, "", this.address(this));
    });
  }

  /** Of a link; `display` null: without it. The rest of the address stays as it is. */
  address({ window = this.window, season = null, offset = 0, display }) {
    const url = new URL(location.href);
    const values = { window, season: window && season, offset: season && offset > 0 ? offset : null };
    if (display !== undefined) values.display = display;
    for (const [name, value] of Object.entries(values)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    return url.href;
  }

  #moved(move) {
    const { window, season, offset } = this;
    move();
    this.#onMove({ window, season, offset });
  }

  #read() {
    const query = new URLSearchParams(location.search);
    const value = (name) => query.get(name) || null;
    this.window = value("window") === "all" ? null : value("window");
    this.season = this.window === null ? null : value("season");
    const offset = Number(value("offset"));
    this.offset = this.season !== null && Number.isSafeInteger(offset) && offset > 0 ? offset : 0;
  }
}
