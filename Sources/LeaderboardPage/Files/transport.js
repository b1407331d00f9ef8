// The two ways in which the feed's messages arrive. Each is given a path and a cursor, and calls back: `received(text)`, and at most
// once `ended({ code, opened })`, after which it calls nothing any more. Each returns a function that ends it.

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
