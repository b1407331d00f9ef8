// A player's name with picture and flag, in a row or on the podium. All of it is text and isolated: a name that is written from
// right to left, or says that it is, turns nothing around it.

import { countryName, flagOf, initials } from "./face.js";

/** Pictures that did not load: they are not asked for again. */
const broken = new Set();

export class Portrait {
  #avatar;
  #name;
  #flag;
  #shown = null;

  /** `element` has `.avatar`, `.name` and `.flag`. */
  constructor(element) {
    [this.#avatar, this.#name, this.#flag] = ["avatar", "name", "flag"].map((part) => element.querySelector(`.${part}`));
  }

  /** `face`: null where there is none. */
  show(user, face) {
    const name = face?.name ?? user;
    this.#name.textContent = name;
    this.#name.title = user;
    this.#showFlag(face?.country ?? null);
    const avatar = face?.avatar ?? null;
    const shown = `${initials(name)} ${avatar}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#avatar.replaceChildren(initials(name));
    if (avatar && !broken.has(avatar)) this.#avatar.append(picture(avatar));
  }

  /** Nobody is told who it is. */
  cover() {
    this.#name.textContent = "Not revealed yet";
    this.#name.title = "";
    this.#showFlag(null);
    this.#shown = null;
    this.#avatar.replaceChildren("?");
  }

  #showFlag(country) {
    this.#flag.hidden = country === null;
    const flag = country && flagOf(country);
    this.#flag.textContent = flag ?? country ?? "";
    this.#flag.classList.toggle("letters", country !== null && flag === null);
    if (country === null) return;
    this.#flag.setAttribute("aria-label", countryName(country));
    this.#flag.title = countryName(country);
  }
}

/** Over the initials, which are seen until it is there, and again if it never is. */
function picture(address) {
  const image = new Image(48, 48);
  image.alt = "";
  image.loading = "lazy";
  image.decoding = "async";
  image.referrerPolicy = "no-referrer";
  image.onerror = () => {
    broken.add(address);
    image.remove();
  };
  image.src = address;
  return image;
}
