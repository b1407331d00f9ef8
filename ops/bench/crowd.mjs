// What ops/bench/crowd measured, as a table, a model and a picture: `crowd.mjs RESULT [SVG]`.
import { readFileSync, writeFileSync } from "node:fs";

const { machine, points } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const figures = [
  { title: "CPU a delivery", unit: "µs", of: (point) => point.microsecondsPerDelivery },
  { title: "memory a viewer", unit: "KB", of: (point) => point.bytesPerViewer / 1000 },
  { title: "CPU to connect one", unit: "µs", of: (point) => point.connectMicrosecondsEach },
  { title: "all connected after", unit: "s", of: (point) => point.connectMilliseconds / 1000 },
  { title: "all resynced after", unit: "s", of: (point) => point.resyncMilliseconds / 1000 },
];
// Each series begins where the others meet: at one board on one instance.
const middle = points.find((point) => point.name === "boards")?.viewers;
const root = points.findLast((point) => point.name === "viewers" && point.viewers <= (middle ?? Infinity));
const series = [
  { x: "viewers", points: points.filter((point) => point.name === "viewers" || point.name === "all") },
  { x: "boards", points: [root, ...points.filter((point) => point.name === "boards")] },
  { x: "instances", points: [root, ...points.filter((point) => point.name === "instances")] },
];
const shown = (value) => value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(2)));

// The table.
console.log(["viewers", "boards", "instances", ...figures.map(({ title, unit }) => `${title}, ${unit}`)].join("\t"));
for (const point of points) {
  console.log([point.viewers, point.boards, point.instances].map((count) => count.toLocaleString("en")).concat(figures.map(({ of }) => shown(of(point)))).join("\t"));
}

/** Least squares: the factors of `terms` that come nearest to `value`, each point weighed by its size. */
function fitted(points, value, terms) {
  const size = terms.length;
  const sums = Array.from({ length: size }, () => Array(size + 1).fill(0));
  for (const point of points) {
    const row = [...terms.map((term) => term(point)), value(point)];
    for (let i = 0; i < size; i += 1) for (let j = 0; j <= size; j += 1) sums[i][j] += row[i] * row[j] / value(point) ** 2;
  }
  for (let i = 0; i < size; i += 1) {
    for (let other = 0; other < size; other += 1) {
      if (other === i) continue;
      const share = sums[other][i] / sums[i][i];
      for (let j = 0; j <= size; j += 1) sums[other][j] -= share * sums[i][j];
    }
  }
  return sums.map((row, i) => row[size] / row[i]);
}
const [delivery, update] = fitted(points, (point) => point.cpuSeconds * 1e6, [(point) => point.deliveries, (point) => point.updates * point.instances]);
const [seat, seatOfBoard] = fitted(points, (point) => point.bytesPerViewer * point.viewers, [(point) => point.viewers, (point) => point.boards]);
const [back, beginning] = fitted(points, (point) => point.resyncMilliseconds, [(point) => point.viewers, () => 1]);
console.log("");
console.log(`CPU of the instances: ${shown(delivery)} µs for each delivery, ${shown(update)} µs for each update in each instance`);
console.log(`memory of the instances: ${shown(seat)} bytes for each viewer, ${shown(seatOfBoard / 1000)} KB for each board`);
console.log(`each has a snapshot again in ${shown(beginning)} ms and ${shown(back * 1000)} µs for each viewer`);
console.log(`machine: ${machine}`);

// The picture: a row for each figure, a column for what grows.
if (process.argv[3]) {
  const [width, height, left, top, gap] = [250, 130, 150, 40, 34];
  const parts = [];
  const text = (x, y, words, more = "") => parts.push(`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${words}</text>`);
  figures.forEach(({ title, unit, of }, row) => {
    const y0 = top + row * (height + gap);
    const highest = Math.max(...points.map(of)) * 1.15;
    text(12, y0 + height / 2 - 4, title);
    text(12, y0 + height / 2 + 12, unit, 'class="faint"');
    series.forEach(({ x: name, points }, column) => {
      const x0 = left + column * (width + gap);
      const ends = [Math.log10(points[0][name]), Math.log10(points.at(-1)[name])];
      const x = (point) => x0 + 16 + (width - 32) * (Math.log10(point[name]) - ends[0]) / Math.max(ends[1] - ends[0], 1e-9);
      const y = (point) => y0 + height - (height - 16) * of(point) / highest;
      parts.push(`<path class="axis" d="M${x0} ${y0}V${y0 + height}H${x0 + width}"/>`);
      parts.push(`<path class="line" d="${points.map((point, index) => `${index ? "L" : "M"}${x(point).toFixed(1)} ${y(point).toFixed(1)}`).join("")}"/>`);
      for (const point of points) {
        parts.push(`<circle cx="${x(point).toFixed(1)}" cy="${y(point).toFixed(1)}" r="3"/>`);
        text(x(point), y(point) - 7, shown(of(point)), 'text-anchor="middle"');
        const count = point[name] >= 1000 ? `${point[name] / 1000}k` : point[name];
        text(x(point), y0 + height + 13, count, 'text-anchor="middle" class="faint"');
      }
      if (row === 0) text(x0 + width / 2, 18, name, 'text-anchor="middle" class="head"');
    });
  });
  const size = [left + series.length * (width + gap), top + figures.length * (height + gap)];
  writeFileSync(process.argv[3], `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(" ")}" width="${size[0]}" height="${size[1]}">
<style>text { font: 11px system-ui, sans-serif; fill: #222 } .faint { fill: #666 } .head { font-weight: 600 } .axis { fill: none; stroke: #999 } .line { fill: none; stroke: #1668b8; stroke-width: 1.5 } circle { fill: #1668b8 }</style>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join("\n")}
</svg>
`);
}
