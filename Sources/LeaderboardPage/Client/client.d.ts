/** What went wrong. */
export class LeaderboardError extends Error {
  /** The service's (README, "Report points"), or "network", "timeout", "bad_answer". */
  readonly code: string;
  /** 0: there was no answer. */
  readonly status: number;
  /** In seconds. */
  readonly retryAfter: number | null;
  readonly requestID: string | null;
  /** Whether the same may go well later. */
  readonly isTemporary: boolean;
}
/** 400, 409, 413, 415, 422. */
export class InvalidRequestError extends LeaderboardError {}
/** 401, 403. */
export class AuthenticationError extends LeaderboardError {}
export class NotFoundError extends LeaderboardError {}
export class RateLimitedError extends LeaderboardError {}
/** 5xx, or no answer. An update may have counted all the same. */
export class UnavailableError extends LeaderboardError {}

export interface LeaderboardOptions {
  /** An access token, or a function that gets one; `refresh`: the last one was refused. */
  token?: string | null | ((why: { refresh: boolean }) => string | null | Promise<string | null>);
  fetch?: typeof fetch;
  /** Of each try, in milliseconds; 10,000 if nothing is said. */
  timeout?: number;
  /** After the first try; 4 if nothing is said. */
  retries?: number;
}
export interface RequestOptions {
  signal?: AbortSignal;
  timeout?: number;
  retries?: number;
}
export interface UpdateOptions extends RequestOptions {
  /** Idempotency-Key: 1 to 64 visible ASCII characters. Made if there is none; give your own to try again after a restart of your program. */
  key?: string | null;
}

export interface Row {
  user_id: string;
  /** Null: asked for by `users`, and not on the board. */
  score: number | null;
  rank: number | null;
  metadata?: Metadata | null;
}
export type Metadata = { name?: string; avatar?: string; country?: string } & Record<string, unknown>;
/** A place that is not revealed yet. */
export interface HiddenRow {
  rank: number;
  hidden: true;
  user_id?: undefined;
  score?: undefined;
  metadata?: undefined;
}
export interface Place extends Row {
  score: number;
  rank: number;
  total: number;
  percentile: number;
}
export interface WindowQuery {
  window?: string;
  season?: string;
  segment?: string;
  include?: "metadata";
}
export interface StandingsQuery extends WindowQuery {
  /** 1 to 100. */
  limit?: number;
  offset?: number;
  around_user?: string;
  around_score?: number;
  users?: string[];
}
export interface Segments {
  /** "kind:value" */
  segments?: string[];
}
export interface Change extends Segments {
  score_increase?: number;
  score_decrease?: number;
  score?: number;
  operator?: "set" | "best";
  season?: string;
  grant?: string;
  metadata?: Metadata;
}
export interface Update extends Change {
  user_id: string;
}
/** 202: a rule of the board holds it, and it waits for an operator's word. Nothing has changed yet. */
export interface HeldUpdate {
  status: "success";
  message: string;
  held: true;
  held_id: string;
  replayed: boolean;
}
export interface UpdateAnswer {
  held?: undefined;
  status: "success";
  message: string;
  user_id: string;
  /** Null on a frozen board, where a service has reported it. */
  score: number | null;
  /** Null on a frozen board. */
  rank: number | null;
  seq: number;
  changed?: boolean;
  windows?: Record<string, { season: string; score: number }>;
  /** It had counted before. */
  replayed: boolean;
}
export interface UpdateOutcome extends Partial<Omit<UpdateAnswer, "status" | "held">> {
  board: string;
  status: "success" | "error";
  http_status: number;
  code?: string;
  message?: string;
  retry_after?: number;
  held?: boolean;
  held_id?: string;
}

export class Leaderboard {
  /** `url`: where the service is, without /api. */
  constructor(url: string | URL, options?: LeaderboardOptions);
  /** `main` if nothing is said. */
  board(name?: string): Board;
  boards(query?: { after?: string; limit?: number }, options?: RequestOptions): Promise<{ boards: BoardDefinition[]; next: string | null }>;
  standingsOf(user: string, boards: string[], query?: WindowQuery, options?: RequestOptions): Promise<Array<{ board: string; score: number | null; rank: number | null; total: number | null; percentile: number | null }>>;
  scoreboards(boards: string[], query?: WindowQuery & { limit?: number }, options?: RequestOptions): Promise<Array<{ board: string; total: number; scoreboard: Row[] }>>;
  updates(user_id: string, updates: Array<{ board: string } & Change>, options?: UpdateOptions): Promise<{ status: "success" | "partial"; results: UpdateOutcome[]; replayed: boolean }>;
  /** Any path under /api/v1. */
  request(method: string, path: string, options?: UpdateOptions & { query?: object; body?: unknown }): Promise<any>;
}

export interface BoardDefinition {
  name: string;
  title: string;
  order: "asc" | "desc";
  ties: "id" | "shared" | "dense" | "first" | "last";
  windows?: Array<{ name: string; reset?: string }>;
  visibility: string;
  version: string;
  [member: string]: unknown;
}

export class Board {
  readonly name: string;
  readonly leaderboard: Leaderboard;
  standings(query?: StandingsQuery, options?: RequestOptions): Promise<Array<Row | HiddenRow>>;
  /** Null: not on the board. */
  user(id: string, query?: WindowQuery, options?: RequestOptions): Promise<Place | null>;
  definition(options?: RequestOptions): Promise<BoardDefinition>;
  stats(query?: { window?: string }, options?: RequestOptions): Promise<{ viewers: number; users: number; cursor: string }>;
  seasons(query?: { window?: string; limit?: number }, options?: RequestOptions): Promise<Array<{ window: string; season: string; from: number; until: number | null; final: boolean; users: number }>>;
  totals(kind: string, query?: { limit?: number; offset?: number; around?: string }, options?: RequestOptions): Promise<Array<{ segment: string; score: number; rank: number; users: number }>>;
  /** Counts once, however often it is tried. */
  update(update: Update, options?: UpdateOptions): Promise<UpdateAnswer | HeldUpdate>;
  live(options: LiveOptions & { view: "me" }): Live<OwnPlace>;
  live(options?: LiveOptions): Live;
}

export interface Standings {
  rows: Array<(Row & { score: number; rank: number }) | HiddenRow>;
  window?: string;
  season?: string;
  /** Of the season, in milliseconds since 1970, by Redis' clock; so is `now`, when the snapshot was made. */
  from?: number;
  until?: number | null;
  now?: number;
  /** Null: the board moves. */
  frozen: { since: number } | null;
  cursor: string | null;
}
/** Where the caller stands, and who is near; null: not on the board. */
export interface OwnPlace {
  type: "me";
  board?: string;
  window?: string;
  season?: string;
  cursor: string;
  frozen?: { since: number };
  user_id: string;
  score: number | null;
  rank: number | null;
  total: number;
  percentile: number | null;
  /** Best first, without the caller. */
  neighbours: Array<{ user_id: string; score: number; rank: number }>;
  /** Who has passed the caller since the last message, and whom they have passed: the latest five by name. */
  passed?: Passings;
  overtook?: Passings;
}
export interface Passings {
  count: number;
  users: Array<{ user_id: string; score: number; time: number | null }>;
}
export interface LiveState {
  name: "connecting" | "live" | "waiting" | "ended";
  /** Why it waits or has ended. */
  error?: Error;
  /** In milliseconds. */
  retryIn?: number;
}
export interface LiveOptions {
  /** 1 to 100; 10 if nothing is said. */
  rows?: number;
  window?: string;
  include?: "metadata";
  /** The caller's own place instead of the first rows: it needs a token. */
  view?: "me";
  /** With `view: "me"`: so many on each side, 0 to 5; and so many messages in a second at most, 1 to 20. */
  neighbours?: number;
  maxRate?: number;
  onMe?(place: OwnPlace): void;
  signal?: AbortSignal;
  onStandings?(standings: Standings): void;
  /** Each message's changes, by who made them. */
  onChanges?(changes: Array<{ user_id: string; score: number; score_increase?: number; seq?: number }>): void;
  /** A season is over; the standings of the next one follow. */
  onSeason?(season: { window: string; season: string; total: number; scoreboard: Array<{ user_id: string; score: number }>; next?: { season: string; from: number; until: number | null } }): void;
  onState?(state: LiveState): void;
  /** By Server-Sent Events even where there are WebSockets. */
  stream?: boolean;
  /** In milliseconds without a sign of life, after which it connects anew: before the first message, and later. */
  patience?: number;
  silence?: number;
}

/** The first rows of a board, kept by its stream; several of one `Leaderboard` share a WebSocket. It ends by `close()`, by its signal, by leaving the loop, or by an error that waiting does not mend. */
export class Live<Told = Standings> implements AsyncIterable<Told> {
  readonly standings: Standings | null;
  readonly me: OwnPlace | null;
  readonly state: LiveState;
  close(): void;
  [Symbol.asyncIterator](): AsyncIterator<Told>;
}
