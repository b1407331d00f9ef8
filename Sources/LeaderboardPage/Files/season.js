// Windows of a board and their seasons: what the service tells of them, and what people call them.

import { serviceTime } from "./clock.js";

const wordsOfResets = { none: "All time", hourly: "This hour", daily: "Today", weekly: "This week", monthly: "This month" };

/** [{ name, words, isOnce }] of a definition, in its order, at least one; `isOnce`: nothing follows its end. Rubbish among them is left out. */
export function readWindows(windows) {
  const read = (Array.isArray(windows) ? windows : [])
    .filter((window) => typeof window?.name === "string" && /^[a-z0-9_.-]{1,32}$/.test(window.name))
    .map(({ name, reset = "none" }) => ({
      name,
      words: Object.hasOwn(wordsOfResets, reset) ? wordsOfResets[reset] : name,
      isOnce: reset === "once",
    }));
  // Two of one kind are told apart by their names.
  const isAlone = ({ words }) => read.filter((other) => other.words === words).length === 1;
  const named = read.map((window) => ({ ...window, words: isAlone(window) ? window.words : window.name }));
  return named.length > 0 ? named : [{ name: "all", words: wordsOfResets.none, isOnce: false }];
}

/** { window, id, from, until } (milliseconds since 1970; those of an end that nobody knows are null), or null: of no season. */
export function readSeason(body) {
  const { window, season: id, from = null, until = null } = body ?? {};
  if (typeof window !== "string" || typeof id !== "string" || id === "") return null;
  const isKnown = isTime(from) && isTime(until) && from < until;
  return isKnown ? { window, id, from, until } : { window, id, from: isTime(from) ? from : null, until: null };
}

/** The list of seasons, the latest first: each also with { isFinal, users }. Null: rubbish. */
export function readSeasons(body) {
  if (!Array.isArray(body)) return null;
  const seasons = body.map((each) => {
    const season = readSeason(each);
    const isWhole = season && Number.isSafeInteger(each.users) && each.users >= 0 && typeof each.final === "boolean";
    return isWhole ? { ...season, isFinal: each.final, users: each.users } : null;
  });
  return seasons.includes(null) ? null : seasons;
}

/** What can be a moment of a Date, and of its neighbours. */
const isTime = (value) => Number.isSafeInteger(value) && value >= 0 && value < 8.64e15 - 1;

/** When a season was or ends, as people say it. Whole days are those of the board's own zone; hours are the reader's. */
export class Calendar {
  #days;
  #daysOfYears;
  #year;
  #midnight;
  #times = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
  #weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
  #clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  constructor(zone) {
    const inZone = (options) => {
      try {
        return new Intl.DateTimeFormat(options.hourCycle ? "en" : undefined, { ...options, timeZone: zone });
      } catch {
        return new Intl.DateTimeFormat(options.hourCycle ? "en" : undefined, { ...options, timeZone: "UTC" });
      }
    };
    this.#days = inZone({ day: "numeric", month: "short" });
    this.#daysOfYears = inZone({ day: "numeric", month: "short", year: "numeric" });
    this.#year = inZone({ year: "numeric" });
    this.#midnight = inZone({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  }

  /** "23 – 29 Nov", with the year unless it is this one; the id, where nobody knows when it was. */
  words({ id, from, until }) {
    if (from === null || until === null) return id;
    const areDays = [from, until].every((time) => this.#midnight.format(time) === "00:00:00");
    if (!areDays) return this.#times.formatRange(from, until);
    const isThisYear = [from, until - 1].every((time) => this.#year.format(time) === this.#year.format(serviceTime()));
    return (isThisYear ? this.#days : this.#daysOfYears).formatRange(from, until - 1);
  }

  /** "Sunday, 29 November, 24:00": the day that ends, not the one that begins. */
  end(until) {
    const time = this.#clock.format(until);
    return time === "00:00" ? `${this.#weekday.format(until - 1)}, 24:00` : `${this.#weekday.format(until)}, ${time}`;
  }
}
