// The page: messages change the state as they come, and one frame draws what has changed since the last.

import { Announcer } from "./announcer.js";
import { Board } from "./board.js";
import { Feed } from "./feed.js";
import { Finder } from "./finder.js";
import { number } from "./format.js";
import { Notice } from "./notice.js";
import { Rate } from "./rate.js";
import { Rows } from "./rows.js";
import { Standings } from "./standings.js";
import { Stats } from "./stats.js";
import { Status } from "./status.js";
import { TokenForm } from "./token-form.js";

const element = (id) => document.getElementById(id);

/** A fall that uses up the board's known rows is followed by a snapshot. If none comes in this time, it is asked for. */
const snapshotFollows = 1_000;

const board = new Board({ onKnown: boardIsKnown });
const standings = new Standings();
const rows = new Rows(element("standings"));
const rate = new Rate({ line: element("chart-line"), area: element("chart-area"), text: element("rate") });
const announcer = new Announcer(element("announcer"));
const notice = new Notice(element("empty"));
const status = new Status({
  pill: element("connection"),
  text: element("connection-text"),
  transport: element("transport"),
  lastUpdate: element("last-update"),
});
const finder = new Finder(
  board,
  {
    form: element("find"),
    input: element("find-name"),
    answer: element("find-answer"),
    card: element("player"),
    state: element("player-state"),
    name: element("player-name"),
    rank: element("player-rank"),
    score: element("player-score"),
    close: element("player-close"),
  },
  {
    find: (user) => standings.find(user),
    onFollow(user) {
      rows.follow(user);
      standingsChanged();
    },
  },
);
const feed = new Feed({
  board,
  onMessage: receive,
  onState(state) {
    status.set(state, feed.transport);
    if (state.name === "live") {
      tokenForm.show(false);
      announcer.say("connection", "Live.");
      stats.ask();
    }
    if (state.name === "waiting") announcer.say("connection", "The connection is lost; trying again.");
    if (["gone", "private"].includes(state.name)) refused();
  },
});
const tokenForm = new TokenForm(
  board.token,
  {
    form: element("token-form"),
    input: element("token"),
    problem: element("token-problem"),
    forget: element("forget"),
  },
  { onChange: () => feed.tokenChanged() },
);
const stats = new Stats({
  board,
  feed,
  onNumbers({ viewers, users }) {
    element("watching").hidden = viewers === null;
    if (viewers !== null) element("viewers").textContent = number(viewers);
    element("users").textContent = number(users);
  },
});

let position = null;
let thinTimer = null;

function receive(message, isFirst) {
  const now = performance.now();
  if (message.type === "changes") {
    // What is told after a break happened during the break, not in this second.
    if (!isFirst) rate.count(Math.max(message.position.seq - position.seq, message.changes.length));
    for (const change of message.changes) apply(change);
    if (message.changes.length > 0) status.updated(now);
    finder.boardMoved();
  } else {
    standings.reset(message.rows);
    if (!isFirst && message.type === "snapshot") board.lookAgain();
    if (message.type === "scoreboard") status.updated(now);
    finder.boardReplaced(standings);
  }
  position = message.position;
  if (standings.isThin) thinTimer ??= setTimeout(resyncIfThin, snapshotFollows * (1 + Math.random()));
  standingsChanged();
}

function resyncIfThin() {
  thinTimer = null;
  if (standings.isThin) feed.resync();
}

function apply({ user, score, increase }) {
  standings.set(user, score, increase !== 0);
  // Where the least wins, a first score is nobody's loss.
  const isArrival = board.order.ascends && increase === score;
  if (increase && !isArrival && !document.hidden) rows.gained(user, increase);
  if (user === finder.user) finder.know({ score, rank: standings.find(user)?.rank ?? null });
}

function boardIsKnown() {
  standings.order = board.order;
  const isUsual = board.name === null && board.order.isUsual;
  element("title").textContent = board.title ?? "Leaderboard";
  element("rules").textContent = isUsual ? "" : board.order.words;
  document.title = board.title ? `${board.title} · Leaderboard` : "Leaderboard";
  standingsChanged();
}

/** Nothing is shown of a board that is not there, or not for us. */
function refused() {
  standings.reset([]);
  finder.boardReplaced(standings);
  tokenForm.show(feed.refusal === "private");
  announcer.say("connection", feed.refusal === "gone" ? "There is no such board." : "This board is private.");
  standingsChanged();
}

// Drawing

let frame = null;
let wakeTimer = null;
let isFirstDrawing = true;

function standingsChanged() {
  frame ??= requestAnimationFrame(draw);
}

function draw() {
  frame = null;
  if (feed.position === null && feed.refusal === null && isFirstDrawing) return;
  const now = performance.now();
  const { top } = standings;
  wake(rows.draw(top, board.order, now, { atOnce: isFirstDrawing }));
  isFirstDrawing = false;
  notice.show(top.length > 0 ? null : (feed.refusal ?? "empty"));
  const followed = finder.user !== null && standings.find(finder.user);
  if (followed) finder.know(followed);
  announcer.say("leader", top.length > 0 ? `${top[0].user} leads with ${board.order.worth(top[0].score)}.` : null);
  announcer.say("player", finder.words);
}

/** Flashes and marks end at their time, whether or not anything else happens. */
function wake(at) {
  clearTimeout(wakeTimer);
  if (at === Infinity) return;
  const delay = Math.max(0, at - performance.now());
  wakeTimer = setTimeout(() => wake(rows.tidy(performance.now(), standings.top)), delay);
}

// Once a second

setInterval(() => {
  const now = performance.now();
  rate.tick(!document.hidden);
  if (document.hidden) return;
  status.tick(now);
  announcer.tick(now);
  finder.tick(now);
}, 1_000);

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  // Whatever moved meanwhile has moved already.
  isFirstDrawing = true;
  rate.draw();
  standingsChanged();
});

// The browser may keep a page that was left, to show it again as it was. It must not hold a connection meanwhile.
addEventListener("pagehide", () => feed.stop());
addEventListener("pageshow", (event) => {
  if (event.persisted) feed.start();
});

element("standings").addEventListener("click", (event) => {
  const name = event.target.closest(".row")?.querySelector(".name").textContent;
  if (name) finder.follow(name);
});

addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === "/") {
    event.preventDefault();
    element("find-name").focus();
  }
  if (event.key === "Escape") finder.follow(null);
});

if (board.name !== null) element("title").textContent = board.name;
feed.start();
stats.run();

// No user id has a blank in it: a plus sign that was typed as it is stands for itself.
const player = new URLSearchParams(location.search).get("player")?.replaceAll(" ", "+");
if (player) {
  element("find-name").value = player;
  board.whenReadable.then(() => finder.follow(player));
}
