// The two ways in which live messages come. Each calls `received(text)`, and `lost(error?)` at most once; it returns what ends it.

import { errorOf, LeaderboardError, UnavailableError } from "./errors.js";
import { EventReader } from "./events.js";

export const hasWebSocket = typeof WebSocket !== "undefined";

export function openSocket(url, { received, lost }) {
  const socket = new WebSocket(new URL(url, globalThis.location?.href).href.replace(/^http/, "ws"));
  socket.onmessage = ({ data }) => received(data);
  // 1013: full.
  socket.onclose = ({ code }) => lost(code === 1013 ? new UnavailableError("The service is full.", { code: "too_many_subscribers", retryAfter: 5 }) : undefined);
  return () => {
    socket.onmessage = socket.onclose = null;
    socket.close();
  };
}

/** Server-Sent Events by fetch, which has headers, and tells why it was refused. `heard()`: of each sign of life. */
export function openStream(url, { headers, fetch, heard, received, lost }) {
  const stop = new AbortController();
  let reader;
  const follow = async () => {
    const answer = await fetch(url, { headers, cache: "no-store", signal: stop.signal });
    if (!answer.ok) throw await errorOf(answer);
    reader = answer.body.getReader();
    const [decoder, events] = [new TextDecoder(), new EventReader()];
    for (;;) {
      const { done, value } = await reader.read();
      if (done || stop.signal.aborted) return;
      heard();
      for (const { name, data } of events.take(decoder.decode(value, { stream: true }))) {
        if (stop.signal.aborted) return;
        if (name === "message") received(data);
      }
    }
  };
  follow().catch((error) => error).then((error) => {
    if (!stop.signal.aborted) lost(error instanceof LeaderboardError ? error : undefined);
    stop.abort();
  });
  return () => {
    stop.abort();
    // The first fetch of Node leaves the connection open otherwise.
    reader?.cancel().catch(() => {});
  };
}
