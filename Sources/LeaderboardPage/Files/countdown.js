// How long the season that runs still has, by the service's clock.

import { serviceTime } from "./clock.js";

const day = 86_400_000;
/** By then the next season is there, if there is one. */
const endTakes = 10_000;
const two = (value) => String(value).padStart(2, "0");

export class Countdown {
  #element;
  #until = null;
  #calendar = null;
  #isLast = false;

  /** A `time`. */
  constructor(element) {
    this.#element = element;
  }

  /** `season`: null where none ends. `isLast`: none follows it. */
  show(season, calendar, { isLast = false } = {}) {
    this.#until = season?.until ?? null;
    this.#calendar = calendar;
    this.#isLast = isLast;
    this.#element.hidden = this.#until === null;
    if (this.#until !== null) {
      this.#element.dateTime = new Date(this.#until).toISOString();
      this.#element.title = `Ends ${this.#calendar.end(this.#until)}`;
    }
    this.tick();
  }

  /** Once a second. */
  tick() {
    if (this.#until === null) return;
    const words = this.words;
    if (this.#element.textContent !== words) this.#element.textContent = words;
  }

  /** Null: there is no end. */
  get words() {
    return this.#until === null ? null : timeLeft(this.#until - serviceTime(), { isLast: this.#isLast });
  }
}

/** "6 d 4 h left" and "04:05:06 left"; of digits that are all equally wide, so that nothing moves. */
export function timeLeft(milliseconds, { isLast = false } = {}) {
  if (milliseconds <= 0) return milliseconds > -endTakes && !isLast ? "Ending" : "Ended";
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (milliseconds >= 2 * day) return `${Math.floor(hours / 24)} d ${hours % 24} h left`;
  return `${two(hours)}:${two(minutes)}:${two(seconds % 60)} left`;
}
