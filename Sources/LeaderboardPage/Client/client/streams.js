// The two ways in which live messages come. Each calls `received(text)`, and `lost(error?)` at most once; it returns what ends it.

import { errorOf, LeaderboardError, UnavailableError } from "./errors.js";

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
    const decoder = new TextDecoder();
    for (let rest = ""; rest.length < 4_000_000; ) {
      const { done, value } = await reader.read();
      if (done || stop.signal.aborted) return;
      heard();
      const events = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = events.pop();
      for (const lines of events.map((event) => event.split("\n"))) {
        const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
        if (stop.signal.aborted) return;
        if (data && !lines.some((line) => line.startsWith("event:"))) received(data);
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
