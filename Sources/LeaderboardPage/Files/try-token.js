// The token that the service gave this page, and a fresh one for it.

/** It is good for an hour. */
const freshFor = 45 * 60_000;
/** Whose there may be, by how the document names them. */
export const kinds = ["player"];

let given = document.documentElement.dataset;
let since = performance.now();

/** Whether this page was given one. */
export const isGiven = (kind) => given[kind] !== undefined;

/** Null: none was given. */
export async function tokenOf(kind) {
  if (performance.now() - since > freshFor) await renew();
  return given[kind] ?? null;
}

/** As they stand in the document that the service would answer now. */
async function renew() {
  const answer = await fetch("/docs", { cache: "no-store", signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) return;
  given = new DOMParser().parseFromString(await answer.text(), "text/html").documentElement.dataset;
  since = performance.now();
}

/** Which of them an operation is made for; null: it goes without. */
export function kindFor(security) {
  const choices = security ?? [];
  if (choices.length === 0 || choices.some(({ token }) => !token)) return null;
  const [scope] = choices[0].token;
  return scope === "leaderboard:admin" ? "operator" : scope === "leaderboard:report" ? "service" : "player";
}
