// Elements out of values. Text is always set as text, never as HTML.

/** `element("p", { class: "quiet" }, "text", otherElement, [more, [and more]])`; null and undefined are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

/** Prose as the descriptions have it: paragraphs, and `code`. */
export function prose(text) {
  return (text ?? "").split("\n\n").filter(Boolean).map((paragraph) => element("p", {}, words(paragraph)));
}

export function words(text) {
  return (text ?? "").split("`").map((part, index) => (index % 2 === 1 ? element("code", {}, breakable(part)) : part));
}

/** Where a line is too short for it, it goes on behind a slash or a comma, not within a word. */
export function breakable(text) {
  return text.split(/(?<=[/,])/).flatMap((part, index) => (index === 0 ? [part] : [element("wbr"), part]));
}

/** Rows of cells under heads; nothing for no rows. */
export function table(heads, rows) {
  if (rows.length === 0) return null;
  return element("div", { class: "scroll" },
    element("table", {},
      element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, rows.map((cells) => element("tr", {}, cells.map((cell) => element("td", {}, cell)))))));
}

export function example(label, value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
  return element("figure", {}, element("figcaption", {}, label), element("pre", { tabindex: "0" }, element("code", {}, text)));
}
