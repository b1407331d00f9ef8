const longestDelay = 15_000;
/** A snapshot alone proves nothing: what comes next may be rubbish. */
const recoveredAfter = 10_000;
const hurryEvery = 5_000;

/** In milliseconds: doubled with each failure, spread so that not all come back at once, and never before the service says. */
export function delayAfter(failures, { retryAfter = null } = {}) {
  return 200 + Math.random() * (Math.min(longestDelay, 250 * 2 ** failures) - 200) + 1_000 * (retryAfter ?? 0);
}

/** How long to wait before trying again. All times are in milliseconds. */
export class Backoff {
  #failures = 0;
  #wellSince = null;
  #hurriedAt = -Infinity;

  /** It goes well, from now on or still. */
  well(now) {
    this.#wellSince ??= now;
  }

  /** It failed. Returns how long to wait. */
  failed(now, error) {
    if (this.#wellSince !== null && now - this.#wellSince >= recoveredAfter) this.#failures = 0;
    this.#wellSince = null;
    this.#failures += 1;
    return delayAfter(this.#failures, error);
  }

  /** Whether a wait may be cut short. */
  mayHurry(now) {
    if (now - this.#hurriedAt < hurryEvery) return false;
    this.#hurriedAt = now;
    return true;
  }
}

export function pause(delay, signal) {
  return new Promise((resume, fail) => {
    const abort = () => (clearTimeout(timer), fail(signal.reason));
    const timer = setTimeout(() => (signal?.removeEventListener("abort", abort), resume()), delay);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** An Idempotency-Key: the same for all tries of an update. `crypto.randomUUID` is not there on pages without https. */
export function newKey() {
  const bytes = new Uint8Array(16);
  if (globalThis.crypto?.getRandomValues) crypto.getRandomValues(bytes);
  else bytes.forEach((_, index) => (bytes[index] = 256 * Math.random()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
