// Where somebody pastes the token that a private board needs, and takes it away again.

export class TokenForm {
  #token;
  #elements;

  /** `elements`: { form, input, problem, forget }. `onChange()`: there is another token, or none any more. */
  constructor(token, elements, { onChange }) {
    this.#token = token;
    this.#elements = elements;
    elements.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const isToken = token.take(elements.input.value);
      elements.input.value = "";
      if (isToken) onChange();
      this.show(!isToken);
    });
    elements.forget.addEventListener("click", () => {
      token.forget();
      onChange();
    });
  }

  /** `isWanted`: the board is not shown for want of a token. */
  show(isWanted) {
    const { form, input, problem, forget } = this.#elements;
    const appears = isWanted && form.hidden;
    form.hidden = !isWanted;
    problem.textContent = this.#token.problem ?? "";
    if (this.#token.problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    forget.hidden = !this.#token.isNeeded || !this.#token.isThere;
    if (appears && document.activeElement === document.body && matchMedia("(pointer: fine)").matches) input.focus();
  }
}
