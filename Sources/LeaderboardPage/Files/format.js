// Numbers and times as people read them, in the reader's language.

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

export const number = (value) => whole.format(value);

/** So many digits take a line of their own where there is little room. */
export const isWide = (score) => Math.abs(score) >= 1e9;

/** Updates per second: 0.4, 7.3, 128. */
export const rate = (value) => (value < 10 ? tenths : whole).format(value);

export const signed = (value) => (value < 0 ? "−" : "+") + whole.format(Math.abs(value));

/** A moment of `performance.now()`, as seen from `now`. */
export function ago(moment, now) {
  const seconds = Math.floor((now - moment) / 1000);
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return `at ${clock.format(Date.now() - (now - moment))}`;
}
