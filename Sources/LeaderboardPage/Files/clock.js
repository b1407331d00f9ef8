// The service's clock, as far as its answers tell it: this machine's may be hours wrong.

/** A header `Date` has whole seconds, and was on the way: nearer than this it says nothing new. */
const unsure = 1_500;

let ahead = 0;

/** Milliseconds since 1970. */
export const serviceTime = () => Date.now() + ahead;

/** It was so late when this was written, to the millisecond. */
export function heardTime(time) {
  ahead = time - Date.now();
}

/** The same of an answer to a request: by its header `Date`. */
export function heardAnswer(answer) {
  const time = Date.parse(answer.headers.get("Date") ?? "") + 500;
  if (Math.abs(time - serviceTime()) > unsure) heardTime(time);
}
