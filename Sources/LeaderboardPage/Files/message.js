// What the service says, and what it must be like. Nothing else of the page looks at anything that has not passed here.

import { readFace } from "./face.js";
import { Order, usualOrder } from "./order.js";
import { readSeason, readWindows } from "./season.js";

/**
 * { type: "snapshot" | "scoreboard", position, rows: [{ user, score, face }], covered, season, time, frozen: { time } },
 * { type: "changes", position, from, changes: [{ user, score, increase }] },
 * { type: "season", season, rows, isLast }: it has ended, and so stand the best; a snapshot of the next one follows, if there is one,
 * { type: "metadata", users: [{ user, face }] },
 * or { type: "unknown" }: of a later version of the service, to be passed over. Null: rubbish.
 * Of a season, a time and a frozen board it is null where nothing is told. `covered`: so many places are ahead of the first row, of
 * which nobody is told yet who has them.
 */
export function readMessage(message, order = usualOrder) {
  switch (message?.type) {
    case "snapshot":
    case "scoreboard":
      return readStandings(message, order);
    case "changes":
      return readChanges(message);
    case "season":
      return readEnd(message, order);
    case "metadata":
      return readMetadata(message);
    default:
      return typeof message?.type === "string" ? { type: "unknown" } : null;
  }
}

function readStandings(message, order) {
  const { type, cursor, scoreboard, now, frozen = null } = message;
  const position = readCursor(cursor);
  const covered = countCovered(scoreboard);
  const rows = readTop(covered > 0 ? scoreboard.slice(covered) : scoreboard, order);
  if (!position || !rows) return null;
  const isFrozen = frozen !== null && typeof frozen === "object";
  return {
    type,
    position,
    rows,
    covered: Math.max(covered, isCount(frozen?.hidden) ? frozen.hidden : 0),
    season: readSeason(message),
    time: isTime(now) ? now : null,
    frozen: isFrozen ? { time: isTime(frozen.since) ? frozen.since : null, isRevealed: isCount(frozen.hidden) } : null,
  };
}

function readEnd(message, order) {
  const season = readSeason(message);
  const rows = readTop(message.scoreboard, order);
  const { now, next } = message;
  return season && rows ? { type: "season", season, rows, isLast: next === null, time: isTime(now) ? now : null } : null;
}

/** The first places of a board that is revealed from the last one up. */
function countCovered(scoreboard) {
  const first = Array.isArray(scoreboard) ? scoreboard.findIndex((row) => !isCovered(row)) : 0;
  return first < 0 ? scoreboard.length : first;
}

function readTop(scoreboard, order) {
  const rows = readAll(scoreboard, readRow);
  if (!rows) return null;
  const isBestFirst = rows.every(({ score }, index) => index === 0 || order.allows(rows[index - 1].score, score));
  const isOnceEach = new Set(rows.map(({ user }) => user)).size === rows.length;
  return isBestFirst && isOnceEach ? rows : null;
}

function readChanges({ type, cursor, from, changes }) {
  const position = readCursor(cursor);
  const read = readAll(changes, readChange);
  return position && read && isCount(from) && from <= position.seq + 1 ? { type, position, from, changes: read } : null;
}

function readMetadata({ type, users }) {
  const read = readAll(users, (row) => (isName(row?.user_id) ? { user: row.user_id, face: readFace(row.metadata ?? null) } : null));
  return read && { type, users: read };
}

/** `face` is undefined where the row tells none: somebody may have one all the same. */
function readRow(row) {
  const { user_id: user, score, metadata } = row ?? {};
  if (!isName(user) || !Number.isSafeInteger(score)) return null;
  return metadata === undefined ? { user, score } : { user, score, face: readFace(metadata) };
}

function readChange(change) {
  const row = readRow(change);
  const increase = change?.score_increase ?? 0;
  return row && Number.isSafeInteger(increase) ? { ...row, increase } : null;
}

/** Null: one of them is not as it must be, or it is no list. */
function readAll(list, read) {
  if (!Array.isArray(list)) return null;
  const all = list.map(read);
  return all.includes(null) ? null : all;
}

/** `<epoch>:<seq>`; the epoch of a window's season is `<epoch>.<window>.<season>`. Another epoch is of other standings. */
export function readCursor(text) {
  const shape = /^([0-9]{1,20}(?:\.[A-Za-z0-9_.-]{1,80})?):([0-9]{1,16})$/;
  const [, epoch, digits] = (typeof text === "string" && shape.exec(text)) || [];
  const seq = Number(digits);
  return isCount(seq) ? { epoch, seq } : null;
}

/** `{"user_id", "score", "rank"}`: where one user stands: { score, rank, face }. Null: rubbish. */
export function readStanding(body) {
  const row = readRow(body);
  return row && isCount(body.rank) && body.rank > 0 ? { score: row.score, rank: body.rank, face: row.face ?? null } : null;
}

/** Rows with ranks: [{ user, score, rank, face }]. Null: rubbish. */
export function readRanked(body) {
  return readAll(body, (row) => {
    const standing = readStanding(row);
    return standing && { user: row.user_id, ...standing };
  });
}

/** The faces of users who were asked for, on the board or not: [{ user, face }]. Null: rubbish. */
export function readFaces(body) {
  return readMetadata({ users: Array.isArray(body) ? body.filter((row) => !isCovered(row)) : body })?.users ?? null;
}

/** `{"viewers", "users", "cursor"}`; viewers are null where they are not told, the cursor where it cannot be read. Null: rubbish. */
export function readStats(body) {
  const { viewers = null, users, cursor } = body ?? {};
  return (viewers === null || isCount(viewers)) && isCount(users) ? { viewers, users, position: readCursor(cursor) } : null;
}

/** A board's definition, as far as the page shows it: { name, title, style: { accent, logo }, order, isPrivate, isFrozen, windows, zone, until: when it takes
    no updates any more (milliseconds since 1970), or null }. Null: rubbish. */
export function readDefinition(body) {
  const { name, title, accent, logo, visibility, windows, time_zone: zone, until, frozen = null } = body ?? {};
  const order = isName(name) && typeof title === "string" ? Order.read(body) : null;
  if (!order) return null;
  const isPrivate = visibility !== undefined && visibility !== "public";
  const isFrozen = frozen !== null;
  const style = { accent: isColour(accent) ? accent : null, logo: isPicture(logo) ? logo : null };
  const end = isName(until) ? Date.parse(until) : NaN;
  return { name, title, style, order, isPrivate, isFrozen, windows: readWindows(windows), zone: isName(zone) ? zone : "UTC", until: isTime(end) ? end : null };
}

/** `{"boards", "next"}`: a page of definitions; `next` is null on the last one. Null: rubbish. */
export function readDefinitions(body) {
  const boards = readAll(body?.boards, readDefinition);
  const { next } = body ?? {};
  return boards && (next === null || isName(next)) ? { boards, next } : null;
}

/** `[{"board", "total", "scoreboard"}]`: how many are on each of some boards, and who leads: { name, total, leader }. Null: rubbish. */
export function readTops(body) {
  return readAll(body, (top) => {
    const { board: name, total, scoreboard } = top ?? {};
    const rows = isCovered(scoreboard?.[0]) ? [] : readAll(scoreboard, readRow);
    return isName(name) && isCount(total) && rows ? { name, total, leader: rows[0] ?? null } : null;
  });
}

/** A row of which only the rank is told yet. */
const isCovered = (row) => row?.hidden === true;
const isName = (value) => typeof value === "string" && value !== "";
const isColour = (value) => typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value);
const isPicture = (value) => typeof value === "string" && value.startsWith("https://");
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isTime = (value) => isCount(value) && value < 8.64e15;
