// The contents of a long page, always in sight: where the reader is, and the way to each folded part.

import { element } from "./markup.js";

export class Contents {
  #nav;
  #fold;
  #links = new Map();
  #articles = [];
  #inSight = new Set();

  /** `nav`: the contents' place. `fold`: the button that opens and closes all. */
  constructor(nav, fold) {
    this.#nav = nav;
    this.#fold = fold;
    fold.addEventListener("click", () => {
      const isOpening = this.#articles.some((article) => !detailsOf(article).open);
      for (const article of this.#articles) detailsOf(article).open = isOpening;
      this.#nameFold();
    });
    // Of a link that was followed before, the address stays the same.
    addEventListener("click", ({ target }) => {
      const link = target.closest?.("a[href^='#']");
      if (link) this.#open(link.hash);
    });
    addEventListener("hashchange", () => this.#open(location.hash));
  }

  /** `entries`: { id, short }, what is said of each in the contents. */
  add(id, title, entries) {
    const links = entries.map(({ id, short }) => {
      const link = element("a", { href: `#${id}` }, short);
      this.#links.set(id, link);
      return element("li", {}, link);
    });
    this.#nav.append(element("p", {}, element("a", { href: `#${id}` }, title)), element("ul", {}, links));
  }

  /** All are there now. */
  follow(articles) {
    this.#articles = articles;
    const observer = new IntersectionObserver((changes) => {
      for (const { target, isIntersecting } of changes) {
        if (isIntersecting) this.#inSight.add(target);
        else this.#inSight.delete(target);
      }
      this.#mark(articles.find((article) => this.#inSight.has(article)));
    }, { rootMargin: "-15% 0px -50%" });
    for (const article of articles) {
      observer.observe(article);
      detailsOf(article).addEventListener("toggle", () => this.#nameFold());
    }
    this.#fold.hidden = false;
    this.#open(location.hash);
  }

  #open(hash) {
    const chosen = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!chosen) return;
    if (this.#articles.includes(chosen)) detailsOf(chosen).open = true;
    chosen.scrollIntoView();
  }

  #mark(article) {
    if (!article) return;
    this.#nav.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const link = this.#links.get(article.id);
    link?.setAttribute("aria-current", "true");
    // Within the contents only: the page itself stays where the reader has it.
    if (link) this.#nav.scrollTop = link.offsetTop - this.#nav.clientHeight / 2;
  }

  #nameFold() {
    const name = this.#articles.every((article) => detailsOf(article).open) ? "Close all" : "Open all";
    if (this.#fold.textContent !== name) this.#fold.textContent = name;
  }
}

const detailsOf = (article) => article.firstElementChild;
