// The player's token that the service gave this page, and a fresh one for it.

/** It is good for an hour. */
const freshFor = 45 * 60_000;

let given = tokenIn(document);
let since = performance.now();

function tokenIn({ documentElement }) {
  return documentElement.dataset.player ?? null;
}

/** Null: none was given. */
export async function playersToken() {
  if (performance.now() - since > freshFor) await renew();
  return given;
}

/** As it stands in the document that the service would answer now. */
async function renew() {
  const answer = await fetch("/docs", { cache: "no-store", signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) return;
  given = tokenIn(new DOMParser().parseFromString(await answer.text(), "text/html"));
  since = performance.now();
}
