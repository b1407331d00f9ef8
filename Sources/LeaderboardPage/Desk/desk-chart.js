// A user's score over time, as far as the audit was read: a line of steps, and a mark for each act of an operator.

import { isUpdate } from "./desk-audit.js";
import { timeWords } from "./desk-times.js";
import { number } from "./format.js";

const [width, height] = [600, 120];

export class Chart {
  #figure;
  #note;

  constructor(figure, note) {
    this.#figure = figure;
    this.#note = note;
  }

  /** `entries`: newest first. */
  show(entries) {
    const points = entries.filter(({ time, score }) => time !== null && score !== null).reverse();
    this.#figure.hidden = points.length < 2;
    this.#note.textContent = points.length < 2 ? "The audit that is read tells of too few changes for a curve." : "";
    if (points.length < 2) return;
    // Clocks were set back, now and then.
    const times = points.map(({ time }) => time);
    const scores = points.map(({ score }) => score);
    const [from, until] = [least(times), most(times)];
    const [low, high] = [least(scores), most(scores)];
    const x = (time) => ((width * (time - from)) / Math.max(1, until - from)).toFixed(1);
    const y = (score) => (height - 4 - ((height - 8) * (score - low)) / Math.max(1, high - low)).toFixed(1);
    const steps = thinned(points, x).map(({ time, score }, at) => (at === 0 ? `M${x(time)} ${y(score)}` : `H${x(time)}V${y(score)}`)).join("");
    const part = (name) => this.#figure.querySelector(name);
    part(".line").setAttribute("d", `${steps}H${width}`);
    part(".area").setAttribute("d", `${steps}H${width}V${height}H${x(points[0].time)}Z`);
    part(".by-hand").setAttribute("d", points.filter((entry) => !isUpdate(entry)).slice(-200).map(({ time }) => `M${x(time)} 0V${height}`).join(""));
    part(".most").textContent = number(high);
    part(".least").textContent = number(low);
    const words = `${timeWords(from)} to ${timeWords(until)}: from ${number(points[0].score)} to ${number(points.at(-1).score)}, by ${number(points.length)} entries.`;
    part("figcaption").textContent = `${words} A dashed line is an operator's act.`;
    part("svg").setAttribute("aria-label", words);
  }
}

/** The last of those that fall onto one place of the line. */
function thinned(points, x) {
  return points.filter((point, at) => at === 0 || at === points.length - 1 || Math.trunc(x(point.time)) !== Math.trunc(x(points[at + 1].time)));
}

const least = (values) => values.reduce((a, b) => Math.min(a, b));
const most = (values) => values.reduce((a, b) => Math.max(a, b));
