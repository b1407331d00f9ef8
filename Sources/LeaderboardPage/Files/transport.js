// The ways in which the feed's messages arrive. Each is given a path and a cursor, and calls back: `received(text)`, and at most
// once `ended({ code, opened })`, after which it calls nothing any more. Each returns a function that ends it.

import { EventReader } from "./events.js";

/** The service is heard of each 30 s. Who fell silent for longer than two of them is gone. */
const silence = 75_000;

export function openWebSocket(path, cursor, { received, ended }) {
  const url = new URL(path, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  if (cursor) url.searchParams.set("cursor", cursor);
  const socket = new WebSocket(url);
  let isOpen = false;
  socket.onopen = () => (isOpen = true);
  socket.onmessage = (event) => received(event.data);
  socket.onclose = (event) => ended({ code: event.code, opened: isOpen });
  return () => {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  };
}

/** The browser would come back by itself, as fast as the other side tells it to: it is ended at the first break instead,
 * and the feed comes back. */
export function openEventStream(path, cursor, { received, ended }) {
  const url = new URL(path, location.href);
  if (cursor) url.searchParams.set("cursor", cursor);
  const source = new EventSource(url);
  let isOpen = false;
  const end = () => {
    source.onopen = source.onmessage = source.onerror = null;
    source.close();
  };
  source.onopen = () => (isOpen = true);
  source.onmessage = (event) => received(event.data);
  source.onerror = () => {
    end();
    ended({ code: 1006, opened: isOpen });
  };
  return end;
}

/** The same stream with headers, which neither a WebSocket nor an EventSource can send. */
export function openFetchedStream(path, cursor, { received, ended }, headers) {
  const url = new URL(path, location.href);
  if (cursor) url.searchParams.set("cursor", cursor);
  const stopping = new AbortController();
  let isOpen = false;
  let alarm = null;
  const heard = () => {
    clearTimeout(alarm);
    alarm = setTimeout(lost, silence);
  };
  const end = () => {
    clearTimeout(alarm);
    stopping.abort();
  };
  function lost() {
    if (stopping.signal.aborted) return;
    end();
    ended({ code: 1006, opened: isOpen });
  }
  async function follow() {
    heard();
    const answer = await fetch(url, { headers, cache: "no-store", signal: stopping.signal });
    if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/event-stream")) return;
    isOpen = true;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const events = new EventReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      for (const { name, data } of events.take(value)) {
        if (stopping.signal.aborted) return;
        if (name === "message") received(data);
      }
    }
  }
  follow().catch(() => {}).finally(lost);
  return end;
}
