// The boards that anybody may read, by name, in pages: each with who leads it, and how many play.

import { number } from "./format.js";
import { element } from "./markup.js";
import { readDefinitions, readTops } from "./message.js";
import { Backoff } from "./retry.js";

/** As many as the service tells the tops of at once. */
const boardsOnPage = 20;
/** A page that was looked away from for longer is read anew. */
const freshFor = 10_000;

const list = document.getElementById("boards");
const pages = document.getElementById("pages");
const state = document.getElementById("state");
const after = new URLSearchParams(location.search).get("after");
const backoff = new Backoff();
let isShowing = false;
let shownAt = -Infinity;

async function show() {
  if (isShowing) return;
  isShowing = true;
  const query = new URLSearchParams({ limit: boardsOnPage, ...(after ? { after } : {}) });
  let page = null;
  while (!(page = await ask(`/api/v1/boards?${query}`, readDefinitions))) {
    state.textContent = "The boards could not be loaded. Trying again.";
    await new Promise((resume) => setTimeout(resume, backoff.failed(performance.now())));
  }
  const { boards, next } = page;
  const names = boards.map(({ name }) => name);
  const tops = names.length > 0 ? await ask(`/api/v1/scoreboards?limit=1&include=metadata&boards=${names.join(",")}`, readTops) : [];
  const topOf = new Map(tops?.map((top) => [top.name, top]));
  list.replaceChildren(...boards.map((board) => row(board, topOf.get(board.name))));
  state.textContent = boards.length > 0 ? "" : "There is no board to show here.";
  pages.replaceChildren(...links(next));
  shownAt = performance.now();
  isShowing = false;
}

/** Null: no answer, or rubbish. */
async function ask(path, read) {
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(5_000) });
    return answer.ok ? read(await answer.json()) : null;
  } catch {
    return null;
  }
}

/** Without a top nothing is known of who plays: the board was deleted since, or nobody answered. */
function row({ name, title, order, windows }, top) {
  const leader = top?.leader;
  const address = `/boards/${encodeURIComponent(name)}`;
  return element("li", {},
    element("div", { class: "which" },
      element("a", { href: address }, title || name),
      title ? [" ", element("span", { class: "id" }, name)] : null,
      element("p", { class: "rules" }, order.words),
      windows.length < 2 ? null : element("p", { class: "of" },
        windows.slice(1).map((window) => [element("a", { href: `${address}?${new URLSearchParams({ window: window.name })}` }, window.words), " "]))),
    element("dl", {},
      element("div", { class: "leader" }, element("dt", {}, "Leader"),
        element("dd", { title: leader?.user ?? null }, leader ? element("bdi", {}, leader.face?.name ?? leader.user) : "–")),
      element("div", {}, element("dt", {}, "Score"), element("dd", {}, leader ? number(leader.score) : "–")),
      element("div", {}, element("dt", {}, "Players"), element("dd", {}, top ? number(top.total) : "–"))));
}

function links(next) {
  return [
    after === null ? null : element("a", { href: "/boards" }, "First page"),
    next === null ? null : element("a", { href: `/boards?${new URLSearchParams({ after: next })}`, rel: "next" }, "Next page"),
  ].filter(Boolean);
}

document.getElementById("open").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = document.getElementById("open-name").value.trim();
  if (name) location.href = `/boards/${encodeURIComponent(name)}`;
});

document.addEventListener("visibilitychange", () => {
  const isUsed = list.contains(document.activeElement);
  if (!document.hidden && !isUsed && performance.now() - shownAt > freshFor) show();
});

show();
