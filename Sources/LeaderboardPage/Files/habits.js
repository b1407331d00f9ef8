// What the page does by itself and by the keyboard: each second, when it is seen again, when it is left, and what keys do.

/** `onSecond(now, isSeen)`, `onSeen()`, `onLeave()`, `onReturn()`; `keys`: { key: action }, but where something is written. */
export function keepHabits({ onSecond, onSeen, onLeave, onReturn, keys }) {
  setInterval(() => onSecond(performance.now(), !document.hidden), 1_000);

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) onSeen();
  });

  // The browser may keep a page that was left, to show it again as it was. It must not hold a connection meanwhile.
  addEventListener("pagehide", onLeave);
  addEventListener("pageshow", (event) => {
    if (event.persisted) onReturn();
  });

  addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLInputElement || !Object.hasOwn(keys, event.key)) return;
    if (event.key.length === 1) event.preventDefault();
    keys[event.key]();
  });
}
