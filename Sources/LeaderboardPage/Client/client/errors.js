/** What went wrong. `code` is the service's, or "network", "timeout", "bad_answer"; `status` is 0 without an answer; `retryAfter` is in seconds, or null. */
export class LeaderboardError extends Error {
  constructor(message, { code, status = 0, retryAfter = null, requestID = null, cause } = {}) {
    super(message, { cause });
    Object.assign(this, { name: new.target.name, code, status, retryAfter, requestID });
  }

  /** Whether the same may go well later. */
  get isTemporary() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** 400, 409, 413, 415, 422: this request, or not now. */
export class InvalidRequestError extends LeaderboardError {}
/** 401, 403. */
export class AuthenticationError extends LeaderboardError {}
export class NotFoundError extends LeaderboardError {}
export class RateLimitedError extends LeaderboardError {}
/** 5xx, or no answer. An update may have counted all the same. */
export class UnavailableError extends LeaderboardError {}

export async function errorOf(answer) {
  const { status, headers } = answer;
  const { code = `http_${status}`, message = `The service answered ${status}.` } = (await answer.json().catch(() => null)) ?? {};
  const seconds = Number(headers.get("Retry-After") ?? NaN);
  const retryAfter = seconds >= 0 ? seconds : null;
  return new (kindOf(status))(message, { code, status, retryAfter, requestID: headers.get("X-Request-Id") });
}

function kindOf(status) {
  if (status === 401 || status === 403) return AuthenticationError;
  if (status === 404) return NotFoundError;
  if (status === 429) return RateLimitedError;
  return status >= 500 ? UnavailableError : InvalidRequestError;
}
