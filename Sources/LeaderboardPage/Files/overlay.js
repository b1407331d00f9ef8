// A board over a stream's picture (OBS, browser source): /overlay?board=main&rows=5&window=weekly&heading=Top%205&pictures

const asked = new URLSearchParams(location.search);
const board = document.querySelector("live-leaderboard");
for (const name of ["board", "rows", "window", "heading", "pictures"]) {
  if (asked.has(name)) board.setAttribute(name, asked.get(name));
}
// Then it is defined, and begins with what is set.
await import("/embed.js");
