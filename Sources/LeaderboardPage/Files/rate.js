// Updates per second: counted by the stream's own numbers, so that merged changes count as what they were; drawn as the
// last minute, a point a second.

import { rate } from "./format.js";

const seconds = 60;
const height = 20;

export class Rate {
  #line;
  #area;
  #text;
  /** A number for each second, at most the last sixty. */
  #counts = [];
  #now = 0;

  constructor({ line, area, text }) {
    this.#line = line;
    this.#area = area;
    this.#text = text;
  }

  count(updates) {
    this.#now += updates;
  }

  /** Called once a second. */
  tick(isVisible) {
    this.#counts.push(this.#now);
    if (this.#counts.length > seconds) this.#counts.shift();
    this.#now = 0;
    if (isVisible) this.draw();
  }

  draw() {
    // Single seconds of a quiet board would flicker between 0 and 1.
    const recent = this.#counts.slice(-5);
    if (recent.length === 0) return;
    this.#text.textContent = rate(recent.reduce((sum, count) => sum + count, 0) / recent.length);
    const scale = (height - 1.5) / Math.max(4, ...this.#counts);
    const first = seconds - this.#counts.length + 1;
    const points = this.#counts.map((count, index) => `${first + index},${(height - 0.75 - count * scale).toFixed(2)}`);
    this.#line.setAttribute("d", `M${points.join("L")}`);
    this.#area.setAttribute("d", `M${first},${height}L${points.join("L")}L${seconds},${height}Z`);
  }
}
