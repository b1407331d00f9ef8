// What came back: status, the headers that matter, and the body as far as it can be read.

import { element, table } from "./markup.js";

/** Of one body, and of live messages the newest. In characters. */
const most = 65_536;

export class AnswerView {
  #status = element("p", { class: "outcome", role: "status" });
  #headers = element("div");
  #body = element("code");
  #pre = element("pre", { tabindex: "0", "aria-label": "Body of the answer", hidden: "" }, this.#body);
  /** The answer to another request must not be written below this one's status. */
  #round = 0;
  #socket = null;
  #isCut = false;

  get elements() {
    return [this.#status, this.#headers, this.#pre];
  }

  /** Sends it, and shows what comes until it ends, or `signal` ends it. `described`: the headers that the description has for a status. */
  async send(path, options, described) {
    const round = this.#begin();
    const start = performance.now();
    try {
      const answer = await fetch(path, { ...options, cache: "no-store", credentials: "omit" });
      if (round !== this.#round) return;
      this.#tell(`${answer.status} ${answer.statusText}`.trim(), `${Math.round(performance.now() - start)} ms`, answer.status);
      this.#showHeaders(answer.headers, described(answer.status));
      await this.#read(answer, round);
    } catch (error) {
      if (round !== this.#round) return;
      if (options.signal.aborted) this.#add("Stopped.");
      else this.#tell("Not sent, or not answered", String(error.message ?? error));
    }
  }

  /** The same of a WebSocket: its messages, a line each, and what is said, behind a `>`. `opened()`: it may be spoken to. */
  open(path, protocols, signal, opened) {
    const round = this.#begin();
    return new Promise((resolve) => {
      let socket;
      try {
        socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")), protocols);
      } catch (error) {
        this.#tell("Not sent", String(error.message ?? error));
        return resolve();
      }
      const isCurrent = () => round === this.#round;
      let wasOpen = false;
      signal.addEventListener("abort", () => socket.close(1000));
      socket.addEventListener("open", () => {
        wasOpen = true;
        if (!isCurrent()) return;
        this.#tell("101 Switching Protocols", "open: messages are shown as they come", 101);
        this.#socket = socket;
        opened();
      });
      socket.addEventListener("message", ({ data }) => {
        if (isCurrent() && typeof data === "string") this.#roll(`${data}\n`);
      });
      socket.addEventListener("close", ({ code, reason }) => {
        resolve();
        if (!isCurrent()) return;
        this.#socket = null;
        if (wasOpen) this.#add(`Closed: ${code}${reason ? ` ${reason}` : ""}.`);
        else this.#tell("Not opened", "why, a browser does not say of a WebSocket; the same path with /events in the place of /live does");
      });
    });
  }

  /** To the WebSocket that is open; where none is, it is not said. */
  say(lines) {
    for (const line of lines) {
      if (this.#socket?.readyState !== WebSocket.OPEN) return;
      this.#socket.send(line);
      this.#roll(`> ${line}\n`);
    }
  }

  #begin() {
    this.#round += 1;
    this.#socket = null;
    this.#isCut = false;
    this.#status.textContent = "Sent…";
    delete this.#status.dataset.class;
    this.#headers.replaceChildren();
    this.#body.textContent = "";
    this.#pre.hidden = true;
    return this.#round;
  }

  #tell(status, more, code) {
    this.#status.replaceChildren(element("strong", {}, status), ` ${more}`);
    this.#status.dataset.class = code === undefined ? "none" : String(code)[0];
  }

  #add(words) {
    this.#status.append(` ${words}`);
  }

  #showHeaders(headers, names) {
    const shown = [...new Set([...names.map((name) => name.toLowerCase()), "content-type"])]
      .filter((name) => headers.has(name))
      .map((name) => [element("code", {}, name), headers.get(name)]);
    this.#headers.replaceChildren(...[table(["header", "value"], shown)].filter(Boolean));
  }

  async #read(answer, round) {
    const type = answer.headers.get("content-type") ?? "";
    const isLive = type.startsWith("text/event-stream");
    const comesInParts = type.startsWith("application/x-ndjson");
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let whole = "";
    while (reader) {
      const { done, value } = await reader.read();
      if (round !== this.#round) return void reader.cancel();
      if (done) break;
      if (isLive) {
        this.#roll(value);
        continue;
      }
      if (comesInParts ? this.#append(value) : (whole += value).length <= most) continue;
      if (!comesInParts) this.#append(whole);
      return void reader.cancel();
    }
    if (!isLive && !comesInParts && whole !== "") this.#append(readable(whole, type));
  }

  /** Live messages go on for ever: the oldest lines make room. Who has scrolled up to read stays there. */
  #roll(text) {
    const isAtEnd = this.#pre.hidden || this.#pre.scrollTop + this.#pre.clientHeight >= this.#pre.scrollHeight - 4;
    const whole = this.#body.textContent + text;
    const isCut = whole.length > most;
    this.#body.textContent = isCut ? whole.slice(-most).replace(/^.*\n(?=.)/, "") : whole;
    this.#pre.hidden = false;
    if (isAtEnd) this.#pre.scrollTop = this.#pre.scrollHeight;
    if (isCut && !this.#isCut) this.#add("Only the newest are kept here.");
    this.#isCut ||= isCut;
  }

  /** False: there is no more room. */
  #append(text) {
    const room = most - this.#body.textContent.length;
    this.#body.append(text.slice(0, room));
    this.#pre.hidden = false;
    if (text.length <= room) return true;
    this.#add("The rest is left out.");
    return false;
  }
}

function readable(text, type) {
  if (!/[/+]json\b/.test(type)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
