// What its definition says of a board's look: a logo, and a colour, which is darkened or lightened until it can be read in the theme
// that is shown.

const legible = 4.5;
/** So much of the colour is in what the first row stands on, and in its flash: more, and words could not be read on it. */
const tint = 0.08;
/** So far apart are red, green and blue of a colour that can be told from the greys around it. */
const colourful = 48;
const painted = ["--accent", "--bar-first", "--pulse-first", "--strip"];

export class Look {
  #root = document.documentElement;
  #logo;
  #accent = null;

  /** An `img`. */
  constructor(logo) {
    this.#logo = logo;
    logo.addEventListener("error", () => (logo.hidden = true));
    new MutationObserver(() => this.#paint()).observe(this.#root, { attributeFilter: ["data-theme"] });
  }

  /** Null: the usual colour, no logo. */
  show({ accent, logo }) {
    if (accent !== this.#accent) {
      this.#accent = accent;
      this.#paint();
    }
    if (logo === this.#logo.getAttribute("src")) return;
    this.#logo.hidden = logo === null;
    if (logo === null) this.#logo.removeAttribute("src");
    else this.#logo.src = logo;
  }

  #paint() {
    const { style } = this.#root;
    for (const name of painted) style.removeProperty(name);
    delete this.#root.dataset.accent;
    if (this.#accent === null) return;
    const known = getComputedStyle(this.#root);
    const [ground, surface] = ["--ground", "--surface"].map((name) => read(known.getPropertyValue(name).trim()));
    const wanted = read(this.#accent);
    const end = brightness(ground) < 0.2 ? [255, 255, 255] : [0, 0, 0];
    let [accent, first] = [wanted, ground];
    for (let step = 0; step <= 20; step += 1) {
      accent = mix(wanted, end, step / 20);
      first = mix(ground, accent, tint);
      if ([ground, surface, first].every((below) => contrast(accent, below) >= legible)) break;
    }
    style.setProperty("--accent", words(accent));
    style.setProperty("--bar-first", words(first));
    style.setProperty("--pulse-first", words(accent, tint));
    style.setProperty("--strip", words(accent));
    if (Math.max(...accent) - Math.min(...accent) < colourful) this.#root.dataset.accent = "grey";
  }
}

const read = (text) => [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
const words = (colour, alpha = 1) => `rgb(${colour.map(Math.round).join(" ")} / ${alpha})`;
const mix = (from, to, share) => from.map((value, at) => value + (to[at] - value) * share);

/** As WCAG 2 reckons it. */
function contrast(one, other) {
  const [more, less] = [brightness(one), brightness(other)].sort((a, b) => b - a);
  return (more + 0.05) / (less + 0.05);
}

function brightness(colour) {
  const [red, green, blue] = colour.map((value) => value / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
