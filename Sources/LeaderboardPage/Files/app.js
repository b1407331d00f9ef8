// The page: its parts, and how they hang together. Messages change the state as they come, and one frame draws what has changed
// since the last.

import { Announcer } from "./announcer.js";
import { Around } from "./around.js";
import { Board } from "./board.js";
import { Countdown } from "./countdown.js";
import { Faces } from "./faces.js";
import { Feed } from "./feed.js";
import { Finder } from "./finder.js";
import { number } from "./format.js";
import { keepHabits } from "./habits.js";
import { Look } from "./look.js";
import { Mine } from "./mine.js";
import { Notice } from "./notice.js";
import { Past } from "./past.js";
import { Place } from "./place.js";
import { Rate } from "./rate.js";
import { Remark } from "./remark.js";
import { Rows } from "./rows.js";
import { Running } from "./running.js";
import { Seasons } from "./seasons.js";
import { shareBy } from "./share.js";
import { Stage } from "./stage.js";
import { Stats } from "./stats.js";
import { Status } from "./status.js";
import { Tabs } from "./tabs.js";
import { TokenForm } from "./token-form.js";

const element = (id) => document.getElementById(id);
/** { part: "id" } → { part: element } */
const elements = (ids) => Object.fromEntries(Object.entries(ids).map(([part, id]) => [part, element(id)]));

/** Most breaks are over by then. */
const isLostAfter = 3_000;
/** A season that begins is news to all viewers at once. */
const countSpread = 2_000;

const place = new Place({ onMove });
const board = new Board({ place, onKnown: boardIsKnown });
const rows = new Rows(element("standings"));
const rate = new Rate(elements({ line: "chart-line", area: "chart-area", text: "rate" }));
const announcer = new Announcer(element("announcer"));
const look = new Look(element("logo"));
const countdown = new Countdown(element("time-left"));
const faces = new Faces(board, { onKnown: facesChanged });
const status = new Status(
  elements({ pill: "connection", text: "connection-text", transport: "transport", lastUpdate: "last-update" }),
  { isOver: () => board.isOver },
);
const stage = new Stage({ board, rows, faces, notice: new Notice(element("empty")) }, { onDraw: drawn });
const tabs = new Tabs(elements({ list: "windows", panel: "board" }), { onChoose: (window) => place.go({ window }) });
const finder = new Finder(
  board,
  elements({
    form: "find",
    input: "find-name",
    list: "find-list",
    answer: "find-answer",
    card: "player",
    state: "player-state",
    name: "player-name",
    rank: "player-rank",
    score: "player-score",
    close: "player-close",
  }),
  {
    find: (user) => (place.season === null ? running.standings.find(user) : null),
    known: () => [...running.standings.rows, ...(past.rows ?? []), ...around.rows].map(({ user }) => ({ user, name: faces.of(user)?.name ?? null })),
    onFollow(user) {
      rows.follow(user);
      facesChanged();
      followAround();
    },
  },
);
const around = new Around({ board, faces, list: element("around"), onKnown: facesChanged });
const mine = new Mine(elements({ bar: "mine", rank: "mine-rank", name: "mine-name", score: "mine-score", card: "player" }));
const feed = new Feed({ board, onMessage: (message, isFirst) => running.receive(message, isFirst), onState: stateChanged });
const past = new Past({ board, place, onState: stateChanged });
const seasons = new Seasons(
  {
    board,
    place,
    faces,
    elements: elements({
      card: "seasons",
      title: "seasons-title",
      podium: "podium",
      winners: "winners",
      list: "past-seasons",
      earlier: "earlier",
      newest: "newest",
    }),
  },
  { onList: remark },
);
const running = new Running(
  { board, feed, rows, rate, status, finder, seasons },
  {
    onFaces: learn,
    onTold: (areTold) => (faces.areTold = areTold),
    onEnd: seasonEnded,
    onSeason: remark,
    onChange: runningChanged,
    onReveal: revealed,
  },
);
const remarks = new Remark({ board, place, past, seasons }, elements({ line: "remark", pages: "pages", users: "users" }));
const tokenForm = new TokenForm(
  board.token,
  elements({ form: "token-form", input: "token", problem: "token-problem", forget: "forget" }),
  { onChange: () => (place.season === null ? feed.tokenChanged() : past.start()) },
);
const stats = new Stats({
  board,
  feed,
  isWanted: () => !document.hidden && place.season === null && feed.refusal === null,
  onNumbers({ viewers, users }) {
    element("watching").hidden = viewers === null;
    if (viewers !== null) element("viewers").textContent = number(viewers);
    faces.viewers = viewers ?? faces.viewers;
    count(users);
  },
});
/** Of a wall display only. */
let screen = null;
/** How many play, or null. */
let players = null;
/** The board has ended for good, as far as the screen knows. */
let isSeenOver = false;

/** What the rows come from. */
const source = () => (place.season === null ? feed : past);

stage.source = () => {
  if (faces.isSettling) return null;
  if (place.season !== null) {
    const isKnown = past.rows !== null || past.refusal !== null;
    return isKnown ? { top: past.rows ?? [], notice: past.refusal ?? "past" } : null;
  }
  const { top } = running.standings;
  const isKnown = feed.position !== null || feed.refusal !== null || top.length > 0;
  return isKnown ? { top, notice: feed.refusal ?? running.emptiness } : null;
};

function start() {
  if (place.season === null) feed.start();
  else past.start();
}

// What becomes known

function boardIsKnown() {
  running.standings.order = board.order;
  document.documentElement.toggleAttribute("data-known", true);
  look.show(board.style);
  const isUsual = board.name === null && board.order.isUsual;
  element("title").textContent = element("title").title = board.title ?? "Leaderboard";
  element("rules").textContent = isUsual ? "" : board.order.words;
  document.title = board.title ? `${board.title} · Leaderboard` : "Leaderboard";
  if (place.window !== null && !board.windows.some(({ name }) => name === place.window)) place.leaveWindow();
  else if (board.isFrozen && place.season !== null) place.leaveSeason();
  tabs.show(board.windows, board.window);
  seasons.boardIsKnown();
  remark();
  stage.changed();
}

function runningChanged() {
  faces.shows(running.standings.top.map(({ user }) => user));
  if (running.standings.isWhole) count(running.standings.rows.length);
  stage.changed();
}

/** Where the page knows all of them, nobody knows better. */
function count(users) {
  players = running.standings.isWhole && feed.position !== null ? running.standings.rows.length : users;
  if (place.season === null) element("users").textContent = number(players);
  tickScreen();
}

/** Of places that were covered; below the rows of the board, only a wall display asks who has them. */
function revealed(shown, places) {
  if (shown.length === 0) return screen?.revealBelow(places);
  screen?.reveal(shown);
  const words = shown.map(({ user, score, rank }) => `Place ${rank}: ${nameOf(user)} with ${board.order.worth(score)}.`);
  announcer.say("reveal", words.reverse().join(" "));
}

function seasonEnded(ended, top) {
  seasons.ended(ended, top);
  setTimeout(() => stats.ask(), countSpread * Math.random());
  remark();
  // Of a board that is over the first row says it.
  const winner = top[0] && !(running.isLast && board.isOver) ? `${nameOf(top[0].user)} has won with ${board.order.worth(top[0].score)}.` : "";
  announcer.say("season", `The season has ended. ${winner}`);
}

function learn(users) {
  const changed = users.map(({ user, face }) => faces.learn(user, face));
  if (changed.includes(true)) facesChanged();
}

function facesChanged() {
  if (finder.user !== null) finder.showName(nameOf(finder.user));
  around.redraw();
  seasons.redraw();
  stage.changed();
}

const nameOf = (user) => faces.of(user)?.name ?? user;

function stateChanged(state) {
  status.set(state, feed.transport);
  document.documentElement.toggleAttribute("data-turning", state.name === "connecting" && running.isAwaited);
  switch (state.name) {
    case "live":
      tokenForm.show(false);
      announcer.say("connection", board.isOver ? "Ended." : "Live.");
      stats.ask();
      break;
    case "past":
      tokenForm.show(false);
      announcer.say("connection", "Standings of a past season.");
      learn(past.rows);
      stage.settle();
      stage.changed();
      remark();
      break;
    case "waiting":
      announcer.say("connection", "The connection is lost; trying again.", { after: isLostAfter });
      break;
    case "gone":
    case "private":
      refused(state.name);
  }
}

/** Nothing is shown of a board that is not there, or not for us. */
function refused(refusal) {
  running.forget();
  seasons.forget();
  stage.clear();
  around.forget();
  screen?.clear();
  remark();
  // A board for members is not there without one.
  tokenForm.show(refusal === "private" || board.name !== null);
  announcer.sayOnly("connection", refusal === "gone" ? "There is no such board." : "This board is private.");
}

/** Other standings are wanted: of another window, of a past season, or the running ones again. */
function onMove(before) {
  running.isAwaited = true;
  running.season = null;
  tabs.show(board.windows, board.window);
  running.isLast = false;
  players = null;
  finder.viewChanged();
  around.forget();
  screen?.clear();
  stage.settle();
  if (before.window !== place.window) seasons.start();
  else seasons.redraw();
  if (place.season !== null) {
    if (before.season === null) feed.stop();
    past.start();
  } else {
    past.stop();
    if (before.season !== null) running.standings.reset([]);
    feed.turn();
  }
  remark();
}

// What is shown of it

function remark() {
  const isRunning = place.season === null;
  element("wall").href = place.address({ display: "tv" });
  const isLast = running.isLast || board.windows.some(({ name, isOnce }) => isOnce && name === board.window);
  countdown.show(isRunning ? running.season : null, board.calendar, { isLast });
  remarks.show({ frozen: isRunning ? running.frozen : null, covered: isRunning ? running.standings.covered : 0 });
  tickScreen();
}

function tickScreen() {
  const isRunning = place.season === null;
  screen?.tick({ season: isRunning ? running.season : seasons.find(place.season), users: isRunning ? players : null });
}

/** Neighbours are told where the rows on the screen do not have them. */
function followAround() {
  const { user, standing } = finder;
  const isShown = user === null || place.season !== null || running.frozen !== null || rows.elementOf(user) !== null;
  around.tick(isShown ? null : user, standing?.rank ?? null);
  mine.show(user === null ? "" : nameOf(user), place.season === null ? standing : null, user === null ? null : rows.elementOf(user));
}

/** `top` is on the screen. */
function drawn(top) {
  const isRunning = place.season === null;
  faces.shows(top.map(({ user }) => user));
  const followed = isRunning && finder.user !== null && running.standings.find(finder.user);
  if (followed) finder.know(followed);
  followAround();
  screen?.drawn(top);
  if (source().refusal !== null) return;
  // What is frozen is not how it ended.
  const stands = board.isOver && running.frozen === null ? "has won" : "leads";
  announcer.say("leader", isRunning && top[0] && top[0].user !== null ? `${nameOf(top[0].user)} ${stands} with ${board.order.worth(top[0].score)}.` : null);
  announcer.say("player", finder.words);
}

keepHabits({
  onSecond(now, isSeen) {
    rate.tick(isSeen);
    if (!isSeen) return;
    status.tick(now);
    announcer.tick(now);
    finder.tick(now);
    followAround();
    countdown.tick();
    tickScreen();
    if (board.isOver !== isSeenOver) {
      isSeenOver = board.isOver;
      stage.changed();
    }
    if (source().refusal === null) faces.tick(now);
  },
  onSeen() {
    // Whatever moved meanwhile has moved already.
    stage.settle();
    rate.draw();
    stage.changed();
  },
  onLeave() {
    feed.stop();
    past.stop();
  },
  onReturn: start,
  keys: {
    "/": () => element("find-name").focus(),
    Escape: () => finder.follow(null),
  },
});

element("standings").addEventListener("click", (event) => {
  const user = event.target.closest(".row")?.dataset.user;
  if (user) finder.follow(user);
});

element("around").addEventListener("click", (event) => {
  const user = event.target.closest("button")?.dataset.user;
  if (user && user !== finder.user) finder.follow(user);
});

shareBy(element("share"), () => place.address({ season: place.season, offset: place.offset }));

if (document.documentElement.dataset.display) {
  const { Screen } = await import("./screen.js");
  const parts = {
    panel: "screen", clock: "screen-clock", window: "screen-window", season: "screen-season", left: "screen-left",
    players: "screen-players", code: "screen-code", address: "screen-address", podium: "great-podium", show: "show",
  };
  screen = new Screen({ board, place, faces, countdown }, elements(parts));
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
