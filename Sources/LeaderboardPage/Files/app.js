// The page: messages change the state as they come, and one frame draws what has changed since the last.

import { Announcer } from "./announcer.js";
import { Board } from "./board.js";
import { heardTime, serviceTime } from "./clock.js";
import { Countdown } from "./countdown.js";
import { Faces } from "./faces.js";
import { Feed } from "./feed.js";
import { Finder } from "./finder.js";
import { number } from "./format.js";
import { Notice } from "./notice.js";
import { Past } from "./past.js";
import { Place } from "./place.js";
import { Rate } from "./rate.js";
import { Remark } from "./remark.js";
import { Rows } from "./rows.js";
import { Seasons } from "./seasons.js";
import { Stage } from "./stage.js";
import { places, Standings } from "./standings.js";
import { Stats } from "./stats.js";
import { Status } from "./status.js";
import { Tabs } from "./tabs.js";
import { TokenForm } from "./token-form.js";

const element = (id) => document.getElementById(id);

/** A fall that uses up the board's known rows is followed by a snapshot. If none comes in this time, it is asked for. */
const snapshotFollows = 1_000;
/** For so long an empty season has just begun. */
const isNewFor = 300_000;
/** Most breaks are over by then. */
const isLostAfter = 3_000;

const place = new Place({ onMove });
const board = new Board({ place, onKnown: boardIsKnown });
const standings = new Standings();
const rows = new Rows(element("standings"));
const rate = new Rate({ line: element("chart-line"), area: element("chart-area"), text: element("rate") });
const announcer = new Announcer(element("announcer"));
const countdown = new Countdown(element("time-left"));
const faces = new Faces(board, { onKnown: facesChanged });
const status = new Status({
  pill: element("connection"),
  text: element("connection-text"),
  transport: element("transport"),
  lastUpdate: element("last-update"),
});
const stage = new Stage({ board, rows, faces, notice: new Notice(element("empty")) }, { onDraw: drawn });
const tabs = new Tabs({ list: element("windows"), panel: element("board") }, { onChoose: (window) => place.go({ window }) });
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
    find: (user) => (place.season === null ? standings.find(user) : null),
    onFollow(user) {
      rows.follow(user);
      facesChanged();
    },
  },
);
const feed = new Feed({ board, onMessage: receive, onState: stateChanged });
const past = new Past({ board, place, onState: stateChanged });
const tokenForm = new TokenForm(
  board.token,
  {
    form: element("token-form"),
    input: element("token"),
    problem: element("token-problem"),
    forget: element("forget"),
  },
  { onChange: () => (place.season === null ? feed.tokenChanged() : past.start()) },
);
const stats = new Stats({
  board,
  feed,
  isWanted: () => !document.hidden && place.season === null && feed.refusal === null,
  onNumbers({ viewers, users }) {
    element("watching").hidden = viewers === null;
    if (viewers !== null) element("viewers").textContent = number(viewers);
    element("users").textContent = number(users);
  },
});
const seasons = new Seasons(
  {
    board,
    place,
    faces,
    elements: {
      card: element("seasons"),
      title: element("seasons-title"),
      podium: element("podium"),
      winners: element("winners"),
      list: element("past-seasons"),
      earlier: element("earlier"),
      newest: element("newest"),
    },
  },
  { onList: remark },
);
const remarks = new Remark({ board, place, past, seasons }, { line: element("remark"), pages: element("pages"), users: element("users") });

let position = null;
let season = null;
let frozen = null;
let thinTimer = null;
/** The next snapshot is of other standings, by themselves or by our asking. */
let isAwaited = false;

/** What the rows come from. */
const source = () => (place.season === null ? feed : past);

stage.source = () => {
  if (faces.isSettling) return null;
  if (place.season !== null) {
    if (past.rows === null && past.refusal === null) return null;
    return { top: past.rows ?? [], notice: past.refusal ?? "past" };
  }
  if (feed.position === null && feed.refusal === null && standings.rows.length === 0) return null;
  return { top: standings.top, notice: feed.refusal ?? emptiness() };
};

function emptiness() {
  if (season === null) return "empty";
  return season.from !== null && serviceTime() - season.from < isNewFor ? "begun" : "season";
}

function receive(message, isFirst) {
  const now = performance.now();
  if (message.time) heardTime(message.time);
  if (message.type === "season") return seasonEnded(message);
  if (message.type === "metadata") return learn(message.users);
  if (message.type === "changes") {
    // What is told after a break happened during the break, not in this second.
    if (!isFirst) rate.count(Math.max(message.position.seq - position.seq, message.changes.length));
    for (const change of message.changes) apply(change);
    if (message.changes.length > 0) status.updated(now);
    finder.boardMoved();
  } else {
    standings.reset(message.rows);
    learn(message.rows.filter(({ face }) => face !== undefined));
    if (!isFirst && !isAwaited && message.type === "snapshot") board.lookAgain();
    if (message.type === "snapshot") seasonIs(message);
    if (message.type === "scoreboard") status.updated(now);
    isAwaited = false;
    finder.boardReplaced(standings);
    faces.shows(standings.top.map(({ user }) => user));
  }
  position = message.position;
  if (standings.isThin) thinTimer ??= setTimeout(resyncIfThin, snapshotFollows * (1 + Math.random()));
  stage.changed();
}

function seasonIs(message) {
  // Through an end of which no message told: by a break, or in the dark.
  const isAnother = season !== null && message.season !== null && season.id !== message.season.id;
  ({ season, frozen } = message);
  if (isAnother && !isAwaited) seasons.start();
  countdown.show(season, board.calendar);
  remark();
}

function seasonEnded({ season: ended, rows: top }) {
  isAwaited = true;
  learn(top.filter(({ face }) => face !== undefined));
  seasons.ended(ended, top);
  const winner = top[0] ? `${nameOf(top[0].user)} has won with ${board.order.worth(top[0].score)}.` : "";
  announcer.say("season", `The season has ended. ${winner}`);
}

function resyncIfThin() {
  thinTimer = null;
  if (standings.isThin) feed.resync();
}

function apply({ user, score, increase, face }) {
  if (face !== undefined) learn([{ user, face }]);
  standings.set(user, score, increase !== 0);
  // Where the least wins, a first score is nobody's loss.
  const isArrival = board.order.ascends && increase === score;
  if (increase && !isArrival && !document.hidden) rows.gained(user, increase);
  if (user === finder.user) finder.know({ score, rank: standings.find(user)?.rank ?? null });
}

function learn(users) {
  const changed = users.map(({ user, face }) => faces.learn(user, face));
  if (changed.includes(true)) facesChanged();
}

function facesChanged() {
  if (finder.user !== null) finder.showName(nameOf(finder.user));
  seasons.redraw();
  stage.changed();
}

const nameOf = (user) => faces.of(user)?.name ?? user;

function boardIsKnown() {
  standings.order = board.order;
  document.documentElement.toggleAttribute("data-known", true);
  const isUsual = board.name === null && board.order.isUsual;
  element("title").textContent = element("title").title = board.title ?? "Leaderboard";
  element("rules").textContent = isUsual ? "" : board.order.words;
  document.title = board.title ? `${board.title} · Leaderboard` : "Leaderboard";
  if (place.window !== null && !board.windows.some(({ name }) => name === place.window)) place.leaveWindow();
  tabs.show(board.windows, board.window);
  seasons.boardIsKnown();
  countdown.show(place.season === null ? season : null, board.calendar);
  remark();
  stage.changed();
}

function stateChanged(state) {
  status.set(state, feed.transport);
  if (state.name === "live" || state.name === "past") {
    tokenForm.show(false);
    announcer.say("connection", state.name === "live" ? "Live." : "Final standings of a past season.");
  }
  if (state.name === "live") stats.ask();
  if (state.name === "past") pastIsThere();
  if (state.name === "waiting") announcer.say("connection", "The connection is lost; trying again.", { after: isLostAfter });
  if (["gone", "private"].includes(state.name)) refused(state.name);
  document.documentElement.toggleAttribute("data-turning", state.name === "connecting" && isAwaited);
}

function pastIsThere() {
  learn(past.rows);
  stage.settle();
  stage.changed();
  remark();
}

/** Nothing is shown of a board that is not there, or not for us. */
function refused(refusal) {
  standings.reset([]);
  season = frozen = null;
  finder.boardReplaced(standings);
  tokenForm.show(refusal === "private");
  countdown.show(null);
  announcer.sayOnly("connection", refusal === "gone" ? "There is no such board." : "This board is private.");
  seasons.forget();
  stage.clear();
  remark();
}

function remark() {
  element("wall").href = place.address({ display: "tv" });
  remarks.show({ frozen: place.season === null ? frozen : null });
}

/** Other standings are wanted: of another window, of a past season, or the running ones again. */
function onMove(before) {
  const isAnotherWindow = before.window !== place.window;
  isAwaited = true;
  season = null;
  tabs.show(board.windows, board.window);
  countdown.show(null);
  finder.viewChanged();
  stage.settle();
  if (isAnotherWindow) seasons.start();
  else seasons.redraw();
  remark();
  if (place.season === null) {
    past.stop();
    if (before.season !== null) standings.reset([]);
    feed.turn();
  } else {
    if (before.season === null) feed.stop();
    past.start();
  }
}

/** `top` is on the screen. */
function drawn(top) {
  faces.shows(top.slice(0, places).map(({ user }) => user));
  const followed = finder.user !== null && place.season === null && standings.find(finder.user);
  if (followed) finder.know(followed);
  if (source().refusal !== null) return;
  announcer.say("leader", top.length > 0 && place.season === null ? leads(top[0]) : null);
  announcer.say("player", finder.words);
}

const leads = ({ user, score }) => `${nameOf(user)} leads with ${board.order.worth(score)}.`;

// Once a second

setInterval(() => {
  const now = performance.now();
  rate.tick(!document.hidden);
  if (document.hidden) return;
  status.tick(now);
  announcer.tick(now);
  finder.tick(now);
  countdown.tick();
  if (source().refusal === null) faces.tick(now);
}, 1_000);

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  // Whatever moved meanwhile has moved already.
  stage.settle();
  rate.draw();
  stage.changed();
});

// The browser may keep a page that was left, to show it again as it was. It must not hold a connection meanwhile.
addEventListener("pagehide", () => {
  feed.stop();
  past.stop();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) start();
});

element("standings").addEventListener("click", (event) => {
  const user = event.target.closest(".row")?.dataset.user;
  if (user) finder.follow(user);
});

addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === "/") {
    event.preventDefault();
    element("find-name").focus();
  }
  if (event.key === "Escape") finder.follow(null);
});

function start() {
  if (place.season === null) feed.start();
  else past.start();
}

if (board.name !== null) element("title").textContent = board.name;
start();
stats.run();

// No user id has a blank in it: a plus sign that was typed as it is stands for itself.
const player = new URLSearchParams(location.search).get("player")?.replaceAll(" ", "+");
if (player) {
  element("find-name").value = player;
  board.whenReadable.then(() => finder.follow(player));
}
