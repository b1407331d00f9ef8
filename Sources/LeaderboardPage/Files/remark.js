// What has to be said of the standings that are shown: that they are those of a past season, with the way back and its other
// pages, or that the board is frozen, and how far it is revealed.

import { number } from "./format.js";
import { element } from "./markup.js";
import { places } from "./standings.js";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export class Remark {
  #parts;
  #elements;
  #shown = "";

  /** `elements`: { line, pages, users }. */
  constructor(parts, elements) {
    this.#parts = parts;
    this.#elements = elements;
    for (const links of [elements.line, elements.pages]) links.addEventListener("click", (event) => this.#clicked(event));
  }

  /** `frozen`: { time, isRevealed } since when, null: not known, and whether place by place; or null. `covered`: so many of the best places are not revealed yet. */
  show({ frozen, covered }) {
    const { place, past, seasons } = this.#parts;
    const listed = seasons.find(place.season);
    const state = JSON.stringify([place, past.rows?.length, past.hasMore, listed, frozen, covered, this.#backWords]);
    if (state === this.#shown) return;
    this.#shown = state;
    const { line, pages, users } = this.#elements;
    const words = place.season !== null ? this.#pastWords(listed) : frozen ? frozenWords(frozen, covered) : [];
    line.replaceChildren(...words);
    line.hidden = words.length === 0;
    document.documentElement.toggleAttribute("data-past", place.season !== null);
    document.documentElement.toggleAttribute("data-frozen", frozen !== null);
    if (place.season !== null) users.textContent = listed ? number(listed.users) : "–";
    const links = place.season !== null && past.rows !== null ? this.#pageLinks() : [];
    // One that was clicked and stays keeps the focus of the keyboard.
    const focused = document.activeElement?.getAttribute("rel");
    const hadFocus = pages.contains(document.activeElement);
    pages.replaceChildren(...links);
    pages.hidden = links.length === 0;
    if (hadFocus) (pages.querySelector(`[rel=${focused}]`) ?? pages.querySelector("a"))?.focus();
  }

  #pastWords(listed) {
    const { board, place } = this.#parts;
    const isFinal = listed?.isFinal ?? true;
    return [
      element("strong", {}, listed ? board.calendar.words(listed) : place.season), " ",
      element("span", {}, isFinal ? "Final standings, not live." : "Not live, and not final yet: late updates still count."), " ",
      element("a", { href: place.address({}) }, this.#backWords),
    ];
  }

  get #backWords() {
    const { board } = this.#parts;
    return `Back to ${board.windows.find(({ name }) => name === board.window)?.words.toLowerCase() ?? "the live board"}`;
  }

  #pageLinks() {
    const { place, past } = this.#parts;
    const { season, offset } = place;
    const link = (rel, words, to) => element("a", { rel, href: place.address({ season, offset: to }), "data-offset": to }, words);
    if (offset === 0 && !past.hasMore) return [];
    const shown = past.rows.length > 0 ? `${number(offset + 1)} – ${number(offset + past.rows.length)}` : "";
    return [
      offset > 0 ? link("prev", "Better", Math.max(0, offset - places)) : null,
      element("span", {}, shown),
      past.hasMore ? link("next", "Next", offset + places) : null,
    ].filter(Boolean);
  }

  #clicked(event) {
    const link = event.target.closest("a");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const { place } = this.#parts;
    const offset = link.dataset.offset;
    place.go(offset === undefined ? {} : { season: place.season, offset: Number(offset) });
  }
}

function frozenWords({ time, isRevealed }, covered) {
  if (covered > 0 || isRevealed) {
    const next = covered === 0 ? "The board is opened next." : covered === 1 ? "The first place comes next." : `Place ${number(covered)} comes next.`;
    return [element("strong", {}, "The places are revealed, the last one first."), " ", element("span", {}, next)];
  }
  const since = time === null ? "" : ` since ${moment.format(time)}`;
  return [element("strong", {}, `Frozen${since}.`), " ", element("span", {}, "Scores count on, and are shown when the board is opened.")];
}
