// Where an act is looked at before it is done: what it will change, and why it is done. Nothing is done that was not shown.

import { Refused } from "./desk-service.js";

/** Who writes a number need not be asked about each digit. */
const previewAfter = 250;
/** There is something to see, as the service wants it of a reason. */
const visible = /[^\p{Cc}\p{Cf}\p{Cs}\p{M}\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/u;

export class ActDialog {
  #elements;
  #act = null;
  #onDone;
  #timer = null;
  #round = 0;
  /** What the preview has told, and the act goes by; null: none yet. */
  #seen = null;
  #isBusy = false;

  /** `elements`: { dialog, form, title, says, fields, preview, typedLabel, typed, reasonLabel, reason, problem, cancel, go }. `onDone(done)`: what the act's `run` has told. */
  constructor(elements, { onDone }) {
    this.#elements = elements;
    this.#onDone = onDone;
    elements.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    elements.fields.addEventListener("input", () => this.#look(previewAfter));
    for (const field of [elements.typed, elements.reason]) field.addEventListener("input", () => this.#allow());
    elements.cancel.addEventListener("click", () => this.close());
    // While the service is at work nobody knows yet what came of it.
    elements.dialog.addEventListener("cancel", (event) => this.#isBusy && event.preventDefault());
    elements.dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      // What is open below stays.
      event.stopPropagation();
      if (!this.#isBusy) this.close();
    });
    elements.dialog.addEventListener("close", () => !elements.dialog.open && this.#end());
  }

  get isOpen() {
    return this.#act !== null;
  }

  /** At once: the browser tells of it later, when another act may be open already. */
  close() {
    this.#elements.dialog.close();
    this.#end();
  }

  /**
   * `act`: { title, go: the button's words, says: [nodes], fields: [nodes], preview(): what it will do, { words, … }, throws `Refused`, or null: needs none;
   * typed: what must be written, or null; reason: what stands there already; needsReason: false where the service keeps none; run(reason, seen) }.
   */
  open(act) {
    if (this.#act) return;
    const { dialog, title, says, fields, preview, typedLabel, typed, reasonLabel, reason, problem, go } = this.#elements;
    this.#act = act;
    this.#seen = null;
    title.textContent = act.title;
    go.textContent = act.go;
    says.replaceChildren(...act.says);
    fields.replaceChildren(...(act.fields ?? []));
    preview.hidden = !act.preview;
    preview.textContent = "";
    problem.textContent = "";
    typed.value = "";
    typedLabel.hidden = typed.hidden = !act.typed;
    typedLabel.textContent = act.typed ? `To go on, write ${act.typed}` : "";
    reasonLabel.hidden = reason.hidden = act.needsReason === false;
    reason.value = act.reason ?? "";
    this.#allow();
    dialog.showModal();
    (fields.querySelector("[data-first]") ?? fields.querySelector("input, select") ?? (act.typed ? typed : act.needsReason === false ? go : reason)).focus();
    this.#look(0);
  }

  #look(delay) {
    const act = this.#act;
    if (!act?.preview) return;
    const { preview } = this.#elements;
    clearTimeout(this.#timer);
    this.#round += 1;
    const round = this.#round;
    this.#seen = null;
    this.#allow();
    this.#timer = setTimeout(async () => {
      preview.textContent = "Looking what it will do…";
      delete preview.dataset.refused;
      let words;
      try {
        const seen = await act.preview();
        if (round !== this.#round) return;
        words = seen.words;
        this.#seen = seen.isNothing ? null : seen;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (round !== this.#round) return;
        words = error.message;
        if (error.code !== "incomplete") preview.dataset.refused = "";
      }
      preview.textContent = words;
      this.#allow();
    }, delay);
  }

  #allow() {
    const { typed, reason, go } = this.#elements;
    const act = this.#act;
    if (!act) return;
    const hasReason = act.needsReason === false || visible.test(reason.value);
    const isTyped = !act.typed || typed.value === act.typed;
    const isSeen = !act.preview || this.#seen !== null;
    // Said, not disabled: a button that is disabled loses the focus, and tells nobody why.
    go.setAttribute("aria-disabled", String(!(hasReason && isTyped && isSeen) || this.#isBusy));
  }

  async #run() {
    const act = this.#act;
    const { typed, reason, problem, go, cancel } = this.#elements;
    if (!act || this.#isBusy) return;
    const isSeen = !act.preview || this.#seen !== null;
    if (!isSeen) return this.#say("It is not done before it is known what it will do.");
    if (act.typed && typed.value !== act.typed) return this.#say(`Write ${act.typed} to go on.`, typed);
    if (act.needsReason !== false && !visible.test(reason.value)) return this.#say("A reason is needed: it stands in the audit.", reason);
    this.#isBusy = true;
    this.#allow();
    cancel.disabled = true;
    problem.textContent = "";
    let done = null;
    try {
      done = await act.run(reason.value.trim(), this.#seen);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#say(error.message);
    } finally {
      this.#isBusy = false;
      cancel.disabled = false;
      this.#allow();
    }
    if (!done) return (act.needsReason === false ? go : reason).focus();
    this.close();
    this.#onDone(done);
  }

  #say(words, field = null) {
    this.#elements.problem.textContent = words;
    field?.focus();
  }

  #end() {
    clearTimeout(this.#timer);
    this.#round += 1;
    this.#act = null;
  }
}
