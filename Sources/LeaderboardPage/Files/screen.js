// What a wall display shows beside the standings: the time, the window and its season, how many play, and a code that leads to the
// player's view; the first three as a podium; and who is revealed, as large as the screen. It keeps the screen awake.

import { serviceTime } from "./clock.js";
import { number } from "./format.js";
import { readRanked } from "./message.js";
import { Podium } from "./podium.js";
import { Portrait } from "./portrait.js";
import { qrCode } from "./qr.js";

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** As long as a name and the applause take. */
const showTakes = 5_000;
/** Of many who are revealed at once, the best are shown. */
const mostShown = 3;
/** Light modules around the code, as its readers need them. */
const quiet = 4;

export class Screen {
  #parts;
  #elements;
  #podium;
  #drawn = "";
  #linked = null;
  #waiting = [];
  #isShowing = false;

  /** `parts`: { board, place, faces, countdown }. `elements`: { panel, clock, window, season, left, players, code, address, podium, show }. */
  constructor(parts, elements) {
    this.#parts = parts;
    this.#elements = elements;
    this.#podium = new Podium(elements.podium);
    elements.panel.hidden = false;
    elements.podium.hidden = document.documentElement.dataset.display !== "podium";
    stayAwake();
    this.tick();
  }

  /** Once a second, and when other standings are shown. `users`: how many play, null where nobody knows. */
  tick({ season = null, users = null } = {}) {
    const { board, place, countdown } = this.#parts;
    const { clock: time, window, season: when, left, players } = this.#elements;
    write(time, clock.format(serviceTime()));
    const words = board.windows.find(({ name }) => name === board.window)?.words ?? "";
    // What is over is not of all time: that it has ended is said below.
    const isNamed = board.windows.length > 1 && !(board.isOver && season === null);
    write(window, isNamed ? words : "");
    write(when, season === null ? "" : board.calendar.words(season));
    write(left, countdown.words ?? (board.isOver && place.season === null ? "Ended" : ""));
    players.hidden = users === null;
    write(players.firstElementChild, users === null ? "" : number(users));
    write(players.lastElementChild, users === 1 ? "player" : "players");
    this.#link();
  }

  /** `top` is on the screen. */
  drawn(top) {
    if (this.#elements.podium.hidden) return;
    const { board, faces } = this.#parts;
    const rows = top.slice(0, 3);
    const state = JSON.stringify(rows.map((row) => [row, faces.of(row.user)]));
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#podium.show(rows, board.order, faces);
  }

  /** `rows`: of the places that were covered, each with its rank, the best first. They are shown one after the other, the best last. */
  reveal(rows) {
    this.#waiting.push(...rows.slice(0, mostShown).reverse());
    if (!this.#isShowing) this.#showNext();
  }

  /** Of places that no message has the rows of. */
  async revealBelow({ covered, wereCovered }) {
    const { board, faces } = this.#parts;
    try {
      const query = { offset: covered, limit: Math.min(mostShown, wereCovered - covered), include: "metadata" };
      const answer = await board.ask("scoreboard", { signal: AbortSignal.timeout(5_000) }, query);
      const rows = answer.ok ? readRanked(await answer.json()) : null;
      if (rows === null) return;
      for (const { user, face } of rows) faces.learn(user, face);
      this.reveal(rows);
    } catch {
      // The rows are shown all the same, when it is their turn.
    }
  }

  /** Nothing may be seen of them any more. */
  clear() {
    this.#waiting = [];
    this.#elements.show.hidden = true;
    this.#elements.podium.replaceChildren();
    this.#drawn = "";
  }

  #showNext() {
    const { show } = this.#elements;
    const next = this.#waiting.shift();
    this.#isShowing = next !== undefined;
    if (!this.#isShowing) {
      show.hidden = true;
      return;
    }
    const { faces } = this.#parts;
    const face = faces.of(next.user);
    show.dataset.rank = next.rank;
    show.classList.toggle("faces", face !== null);
    show.querySelector(".rank").textContent = number(next.rank);
    show.querySelector(".score").textContent = number(next.score);
    new Portrait(show).show(next.user, face);
    show.hidden = false;
    for (const part of show.children) {
      part.animate([{ opacity: 0, transform: "scale(0.85)" }, { opacity: 1, transform: "none" }], { duration: 600, easing: "ease-out" });
    }
    setTimeout(() => this.#showNext(), showTakes);
  }

  /** To the same standings, on a phone. */
  #link() {
    const { place } = this.#parts;
    const url = new URL(place.address({ season: place.season, display: null }));
    for (const name of ["theme", "player"]) url.searchParams.delete(name);
    if (url.href === this.#linked) return;
    this.#linked = url.href;
    const { code, address } = this.#elements;
    const rows = qrCode(url.href);
    code.toggleAttribute("hidden", rows === null);
    // Where one line is too short, it goes on behind a slash.
    const parts = (url.host + url.pathname).replace(/\/$/, "").split(/(?<=\/)/);
    address.replaceChildren(...parts.flatMap((part, index) => (index === 0 ? [part] : [document.createElement("wbr"), part])));
    if (rows === null) return;
    const size = rows.length + 2 * quiet;
    code.setAttribute("viewBox", `0 0 ${size} ${size}`);
    const dark = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + quiet},${y + quiet}h1v1h-1z` : "")));
    code.querySelector("path").setAttribute("d", dark.join(""));
  }
}

/** Where the browser can, and the page came by a safe way; it lets go whenever the page is not seen. */
function stayAwake() {
  const ask = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", ask);
  ask();
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
