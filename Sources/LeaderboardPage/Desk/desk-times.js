// Moments as moderators read them: to the second, in the reader's zone, with the exact one behind it.

import { element } from "./markup.js";

const format = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

/** What can be a moment of a Date. */
export const isTime = (value) => Number.isSafeInteger(value) && value >= 0 && value <= 8.64e15;

export const timeWords = (time) => (isTime(time) ? format.format(time) : "at an unknown time");

export function timeElement(time) {
  if (!isTime(time)) return timeWords(time);
  const exact = new Date(time).toISOString();
  return element("time", { datetime: exact, title: exact }, timeWords(time));
}

/** What stands in a field `datetime-local`, in milliseconds since 1970; null: nothing. */
export function timeOfField(field) {
  const time = field.value === "" ? NaN : new Date(field.value).getTime();
  return isTime(time) ? time : null;
}

/** The same the other way, in the reader's zone. */
export function fieldOfTime(time) {
  if (!isTime(time)) return "";
  const local = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 23);
}
