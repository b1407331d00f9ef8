// One WebSocket for the live standings of several boards (`GET /api/v1/live`), where a program follows more than one.

/** The service has 50 subscriptions of a connection, and ends one that says more than 120 messages in ten seconds. */
const mostAtOnce = 50;
const mostSaid = 100;
const period = 10_000;
/** The service answers whatever is said: a line that does not is dead. In milliseconds. */
const patience = 8_000;

/** Those of one service. Who is alone has a connection of its own, which is one viewer instead of two. */
export class SharedSockets {
  #members = new Set();
  #sockets = new Set();

  join(member) {
    this.#members.add(member);
  }

  leave(member) {
    this.#members.delete(member);
  }

  get areWanted() {
    return this.#members.size > 1;
  }

  /** `wish`: what the query of a board takes, and `board`. `told`: { received(text), lost() }, as of a stream. Returns what ends it. */
  open(url, token, wish, told) {
    let socket = [...this.#sockets].find((one) => one.token === token && one.hasRoom);
    if (!socket) {
      socket = new SharedSocket(url, token, () => this.#sockets.delete(socket));
      this.#sockets.add(socket);
    }
    return socket.subscribe(wish, told);
  }
}

class SharedSocket {
  token;
  #socket;
  #onEnd;
  /** By the names that the service knows them by: whom to tell, null for who has left, until the service says so. */
  #subscriptions = new Map();
  #names = 0;
  /** What is to be said, and when the last were. */
  #waiting = [];
  #said = [];
  #timers = {};

  constructor(url, token, onEnd) {
    this.token = token;
    this.#onEnd = onEnd;
    this.#socket = new WebSocket(new URL(url, globalThis.location?.href).href.replace(/^http/, "ws"));
    this.#socket.onopen = () => this.#speak();
    this.#socket.onmessage = ({ data }) => this.#hear(data);
    this.#socket.onclose = () => this.#end();
    if (token) this.#waiting.push({ type: "token", token });
  }

  get hasRoom() {
    return this.#subscriptions.size < mostAtOnce && this.#said.length + this.#waiting.length < mostSaid / 2;
  }

  subscribe(wish, told) {
    const sub = (this.#names += 1).toString(36);
    this.#subscriptions.set(sub, told);
    this.#say({ subscribe: { sub, ...wish } });
    return () => this.#leave(sub, told);
  }

  #leave(sub, told) {
    if (this.#subscriptions.get(sub) !== told) return;
    this.#subscriptions.set(sub, null);
    if ([...this.#subscriptions.values()].every((one) => one === null)) this.#end();
    else this.#say({ unsubscribe: { sub } });
  }

  #hear(text) {
    this.#after("answer");
    // Each begins with whose it is.
    const [, sub, last] = /^\{"sub":"([^"]+)",(?:"type":"(error|end)")?/.exec(text) ?? [];
    const told = this.#subscriptions.get(sub);
    if (last) this.#subscriptions.delete(sub);
    if (last) told?.lost();
    else told?.received(text);
  }

  #say(message) {
    this.#waiting.push(message);
    this.#speak();
  }

  #speak() {
    if (this.#socket.readyState !== 1) return;
    const now = performance.now();
    this.#said = this.#said.filter((time) => now - time < period);
    for (const message of this.#waiting.splice(0, mostSaid - this.#said.length)) {
      this.#socket.send(JSON.stringify(message));
      this.#said.push(now);
      if (!this.#timers.answer) this.#after("answer", patience, () => this.#end());
    }
    // Old ones are forgotten, so that there is room again.
    this.#after("next", this.#said.length > 0 ? this.#said[0] + period - now : undefined, () => this.#speak());
  }

  /** All who follow it are told, and come back by another. */
  #end() {
    this.#after("answer");
    this.#after("next");
    this.#onEnd();
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    const all = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const told of all) told?.lost();
  }

  #after(name, delay, action) {
    clearTimeout(this.#timers[name]);
    delete this.#timers[name];
    if (delay === undefined) return;
    this.#timers[name] = setTimeout(() => {
      delete this.#timers[name];
      action();
    }, delay);
  }
}
