/** In milliseconds: doubled with each failure, spread so that not all come back at once, and never before the service says. */
export function delayAfter(failures, { retryAfter }) {
  return 200 + Math.random() * Math.min(15_000, 250 * 2 ** failures) + 1_000 * (retryAfter ?? 0);
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
