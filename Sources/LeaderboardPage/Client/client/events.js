const longest = 4_000_000;

/** Server-Sent Events out of the text of a stream (HTML standard, 9.2.6). */
export class EventReader {
  #rest = "";
  #data = [];
  #name = "";

  /** The events that are whole with this piece of the stream: { name, data }. Throws where none would end. */
  take(text) {
    // A last \r may be half of a line's end.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    const events = lines.map((line) => this.#line(line)).filter(Boolean);
    const length = this.#data.reduce((sum, line) => sum + line.length, this.#rest.length);
    if (length > longest) throw new Error("the stream has an event without an end");
    return events;
  }

  #line(line) {
    if (line === "") return this.#end();
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
    if (field === "data") this.#data.push(value ?? "");
    if (field === "event") this.#name = value ?? "";
    return null;
  }

  #end() {
    const event = this.#data.length > 0 ? { name: this.#name || "message", data: this.#data.join("\n") } : null;
    this.#data = [];
    this.#name = "";
    return event;
  }
}
