// The clock that seasons end by, as far as the service tells it: this machine's may be hours wrong.

/** A header `Date` has whole seconds, and was on the way: nearer than this it says nothing new. */
const unsure = 1_500;

let ahead = 0;
/** By a message: its time is that of Redis, which judges; that of an answer is the instance's own. */
let isTold = false;

/** Milliseconds since 1970. */
export const serviceTime = () => Date.now() + ahead;

/** It was so late when this was written, to the millisecond. */
export function heardTime(time) {
  ahead = time - Date.now();
  isTold = true;
}

/** About the same of an answer to a request, by its header `Date`: until a message says better. */
export function heardAnswer(answer) {
  const time = Date.parse(answer.headers.get("Date") ?? "") + 500;
  if (!isTold && Math.abs(time - serviceTime()) > unsure) ahead = time - Date.now();
}
