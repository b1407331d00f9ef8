// How long to wait before trying again: the one place that says so, for the stream and for the questions beside it.

const firstDelay = 500;
const longestDelay = 15_000;
/** What has gone well for this long has recovered; a snapshot alone proves nothing, for the next message may be rubbish. */
const recoveredAfter = 10_000;
/** However often the browser says that it is online again. */
const hurryEvery = 5_000;
/** A board that was refused may be made, or opened, while its page stands on somebody's wall: that is noticed in a few seconds.
 * A page that nobody sees has time, and notices it when it is seen. */
const refusedDelay = { seen: 3_000, unseen: 20_000 };

export class Backoff {
  #failures = 0;
  #wellSince = null;
  #hurriedAt = -Infinity;

  /** It goes well, from now on or still. */
  well(now) {
    this.#wellSince ??= now;
  }

  /** It failed. Returns how long to wait, in milliseconds. */
  failed(now, code) {
    if (this.#wellSince !== null && now - this.#wellSince >= recoveredAfter) this.#failures = 0;
    this.#wellSince = null;
    this.#failures += 1;
    return retryDelay(this.#failures, code);
  }

  /** It was refused, which is an answer and no failure. Returns how long to wait. */
  refused({ isSeen = true, random = Math.random } = {}) {
    return (isSeen ? refusedDelay.seen : refusedDelay.unseen) * (1 + 0.5 * random());
  }

  /** Whether a wait may be cut short. */
  mayHurry(now) {
    if (now - this.#hurriedAt < hurryEvery) return false;
    this.#hurriedAt = now;
    return true;
  }
}

/**
 * Doubles with each failure in a row, and is spread over the whole range, so that viewers of a restarted service do not
 * all come back at once. 1013 (try again later): the service is full, so at least five seconds.
 */
export function retryDelay(failures, code, random = Math.random) {
  const ceiling = Math.min(longestDelay, firstDelay * 2 ** failures);
  const delay = 200 + random() * (ceiling - 200);
  return code === 1013 ? 5_000 + delay : delay;
}
