// Opens the viewers of `ops/bench/viewers`, and tells what they have made the service's memory grow by:
// node viewers.mjs websocket|sse PORT PID COUNT BINARY HEAP_DUMP (there is one where heap.c is preloaded).
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const [kind, port, pid, count, binary, dump] = process.argv.slice(2);
const [viewers, first] = [Number(count), 500];
const tracesHeap = readFileSync(`/proc/${pid}/maps`, "latin1").includes("/heap.so");
const path = kind === "sse" ? "events" : "live";
const upgrade = kind === "sse" ? "" : "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
// As long as one of a browser.
const request = `GET /api/v1/scoreboard/${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${upgrade}User-Agent: ${"x".repeat(120)}\r\nAccept-Language: en\r\n\r\n`;

/// Resolves when its snapshot has come.
const open = () => new Promise((resolve, reject) => {
    let read = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(request));
    socket.on("data", (bytes) => { if (!read.includes("snapshot") && (read += bytes.toString("latin1")).includes("snapshot")) resolve(); });
    socket.on("close", () => reject(new Error(`a viewer was closed: ${read.slice(0, 100)}`)));
    socket.on("error", reject);
});
const openAll = async (number) => {
    for (let left = number; left > 0; left -= 50) await Promise.all(Array.from({ length: Math.min(50, left) }, open));
    await pause(2000);
};
const resident = () => Number(/^Rss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))[1]) * 1024;

/// What heap.c is asked for it has done when the file is gone.
const ask = async (what) => {
    writeFileSync(`${dump}.${what}`, "");
    while (existsSync(`${dump}.${what}`)) await pause(50);
};

await openAll(first);
if (tracesHeap) await ask("begin");
const before = resident();
await openAll(viewers);
if (tracesHeap) await tellHeap();
else console.log(`${kind}: ${Math.round((resident() - before) / viewers)} bytes of resident memory a viewer, ${viewers} open`);
process.exit(0);

async function tellHeap() {
    await ask("end");
    const start = Number.parseInt(readFileSync(`/proc/${pid}/maps`, "latin1").split("\n").find((line) => line.includes(binary)), 16);
    const command = (name, words) => execFileSync(name, words, { encoding: "latin1", maxBuffer: 1 << 30 }).split("\n");
    const symbols = command("nm", ["--defined-only", "--numeric-sort", binary]).map((line) => line.split(" "))
        .filter(([, type]) => "tTwW".includes(type ?? "-")).map(([at, , name]) => [Number.parseInt(at, 16), name]);
    const nameAt = (address) => {
        let [low, high] = [0, symbols.length];
        while (high - low > 1) { const middle = (low + high) >> 1; if (symbols[middle][0] < address) low = middle; else high = middle; }
        return symbols[low][1];
    };
    const pieces = new Map();
    for (const line of readFileSync(dump, "latin1").trim().split("\n")) pieces.set(line, (pieces.get(line) ?? 0) + 1);
    // What few viewers have is a table of all of them that has grown.
    const rows = new Map();
    let total = 0;
    for (const [line, number] of pieces) {
        const [size, ...stack] = line.split(" ");
        total += Number(size) * number;
        const names = number < viewers / 50 ? ["tables and all else"] : stack.map((at) => Number.parseInt(at, 16) - start)
            .filter((at) => at > 0 && at <= symbols.at(-1)[0]).map(nameAt);
        const key = `${names[0] === "tables and all else" ? 0 : size}\t${names.join(" ")}`;
        const row = rows.get(key) ?? { bytes: 0, number: 0, size, names };
        rows.set(key, { ...row, bytes: row.bytes + Number(size) * number, number: row.number + number });
    }
    const words = [...new Set([...rows.values()].flatMap((row) => row.names))].filter((name) => name.startsWith("$s"));
    const readable = new Map(command("swift", ["demangle", "--compact", "--simplified", ...words]).map((line, index) => [words[index], line]));
    const short = (name) => (readable.get(name) ?? name).replace(/\(.*/s, "").replace(/specialized |closure #\d+ in |partial apply for |static /g, "");
    const allocators = /^(_?swift_|malloc|__swift|_dispatch|_ContiguousArrayBuffer|ManagedBuffer|operator new)/;
    const lines = new Map();
    for (const { bytes, number, size, names } of rows.values()) {
        const callers = [...new Set(names.map(short).filter((name) => !allocators.test(name)))].slice(0, 4).join(" < ");
        const line = lines.get(`${size} ${callers}`) ?? { bytes: 0, number: 0, size, callers };
        lines.set(`${size} ${callers}`, { ...line, bytes: line.bytes + bytes, number: line.number + number });
    }
    console.log(`${Math.round(total / viewers)} bytes of the heap a viewer`);
    for (const { bytes, number, size, callers } of [...lines.values()].sort((a, b) => b.bytes - a.bytes).slice(0, 32)) {
        console.log(`${(bytes / viewers).toFixed(0).padStart(6)} ${(number / viewers).toFixed(2).padStart(6)} × ${String(size).padEnd(6)} ${callers}`);
    }
}
