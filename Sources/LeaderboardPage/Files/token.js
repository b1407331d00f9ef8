// The access token that somebody pasted: for boards that are private, or to moderate. It lives as long as the tab (sessionStorage), and
// goes out in the header Authorization to this service only, never in an address.

/** What may stand behind "Bearer" (RFC 6750), shorter than a request's head may be. */
const shape = /^[A-Za-z0-9._~+/-]{1,7000}=*$/;

export class Token {
  /** Why the last one was not taken: a sentence; null: none was refused. */
  problem = null;
  /** The board is not shown without it. */
  isNeeded = false;

  #key;
  #value = null;

  /** `key`: under which the tab keeps it. */
  constructor(key = "token") {
    this.#key = key;
    try {
      this.#value = sessionStorage.getItem(key);
    } catch {
      // Storage is switched off: the token lasts as long as the page.
    }
  }

  get isThere() {
    return this.#value !== null;
  }

  /** Of a request for the board. */
  get headers() {
    return this.isNeeded && this.isThere ? { Authorization: `Bearer ${this.#value}` } : {};
  }

  /** Takes what was pasted, with or without "Bearer". False: that can be no token, and `problem` says so. */
  take(text) {
    const value = text.trim().replace(/^Bearer\s+/i, "");
    if (!shape.test(value)) {
      this.problem = "That is no access token. Paste all of it, and nothing else.";
      return false;
    }
    this.problem = null;
    this.isNeeded = true;
    this.#keep(value);
    return true;
  }

  /** The service does not take it (any more). */
  refused(problem) {
    this.problem = problem;
    this.#keep(null);
  }

  forget() {
    this.problem = null;
    this.#keep(null);
  }

  #keep(value) {
    this.#value = value;
    try {
      if (value === null) sessionStorage.removeItem(this.#key);
      else sessionStorage.setItem(this.#key, value);
    } catch {
      // As above.
    }
  }
}
