// A message of the stream: what it must be like. Nothing else of the page looks at one that has not passed here.

import { Order, usualOrder } from "./order.js";

/**
 * { type: "snapshot" | "scoreboard", position, rows: [{ user, score }] },
 * { type: "changes", position, from, changes: [{ user, score, increase }] },
 * or { type: "unknown" }: of a later version of the service, to be passed over. Null: rubbish.
 */
export function readMessage(text, order = usualOrder) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  switch (message?.type) {
    case "snapshot":
    case "scoreboard":
      return readStandings(message, order);
    case "changes":
      return readChanges(message);
    default:
      return typeof message?.type === "string" ? { type: "unknown" } : null;
  }
}

function readStandings({ type, cursor, scoreboard }, order) {
  const position = readCursor(cursor);
  const rows = readAll(scoreboard, readRow);
  if (!position || !rows) return null;
  const isBestFirst = rows.every(({ score }, index) => index === 0 || order.allows(rows[index - 1].score, score));
  const isOnceEach = new Set(rows.map(({ user }) => user)).size === rows.length;
  return isBestFirst && isOnceEach ? { type, position, rows } : null;
}

function readChanges({ type, cursor, from, changes }) {
  const position = readCursor(cursor);
  const read = readAll(changes, readChange);
  return position && read && isCount(from) && from <= position.seq + 1 ? { type, position, from, changes: read } : null;
}

function readRow(row) {
  const { user_id: user, score } = row ?? {};
  return isName(user) && Number.isSafeInteger(score) ? { user, score } : null;
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

/** `<epoch>:<seq>`, both in digits. */
export function readCursor(text) {
  const [, epoch, digits] = (typeof text === "string" && /^([0-9]{1,20}):([0-9]{1,16})$/.exec(text)) || [];
  const seq = Number(digits);
  return isCount(seq) ? { epoch, seq } : null;
}

/** `{"user_id", "score", "rank"}`: where one user stands. Null: rubbish. */
export function readStanding(body) {
  const row = readRow(body);
  return row && isCount(body.rank) && body.rank > 0 ? { score: row.score, rank: body.rank } : null;
}

/** `{"viewers", "users", "cursor"}`; viewers are null where they are not told, the cursor where it cannot be read. Null: rubbish. */
export function readStats(body) {
  const { viewers = null, users, cursor } = body ?? {};
  return (viewers === null || isCount(viewers)) && isCount(users) ? { viewers, users, position: readCursor(cursor) } : null;
}

/** A board's definition, as far as the page shows it: { name, title, order, isPrivate }. Null: rubbish. */
export function readDefinition(body) {
  const { name, title, visibility } = body ?? {};
  const order = isName(name) && typeof title === "string" ? Order.read(body) : null;
  return order && { name, title, order, isPrivate: visibility === "private" };
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
    const rows = readAll(scoreboard, readRow);
    return isName(name) && isCount(total) && rows ? { name, total, leader: rows[0] ?? null } : null;
  });
}

const isName = (value) => typeof value === "string" && value !== "";
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
