// The two ways in which the feed's messages arrive. Each is given a URL and calls back: `opened()`, `received(text)`,
// and at most once `ended({ code, opened })`, after which it calls nothing any more. Each returns a function that ends it.

export function openWebSocket(cursor, { opened, received, ended }) {
  const url = new URL("/api/v1/scoreboard/live", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  if (cursor) url.searchParams.set("cursor", cursor);
  const socket = new WebSocket(url);
  let isOpen = false;
  socket.onopen = () => {
    isOpen = true;
    opened();
  };
  socket.onmessage = (event) => received(event.data);
  socket.onclose = (event) => ended({ code: event.code, opened: isOpen });
  return () => {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  };
}

/** The browser itself comes back after a break, with Last-Event-ID; this ends only where it gives up (a refusal). */
export function openEventStream(cursor, { opened, received, interrupted, ended }) {
  const url = new URL("/api/v1/scoreboard/events", location.href);
  if (cursor) url.searchParams.set("cursor", cursor);
  const source = new EventSource(url);
  let isOpen = false;
  source.onopen = () => {
    isOpen = true;
    opened();
  };
  source.onmessage = (event) => received(event.data);
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) {
      source.onopen = source.onmessage = source.onerror = null;
      ended({ code: 1006, opened: isOpen });
    } else {
      interrupted();
    }
  };
  return () => {
    source.onopen = source.onmessage = source.onerror = null;
    source.close();
  };
}
