// The driver of ops/bench/me: viewers of their own places, and updates at a fixed rate.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const [port, service, redis, redisPort, viewers, rate, users, seconds] = process.argv.slice(2, 10).map(Number);
const maxRate = process.argv[10];
const base64 = (text) => Buffer.from(text).toString("base64url");
const token = (user) => {
  const text = `${base64('{"alg":"HS256","typ":"JWT"}')}.${base64(JSON.stringify({ sub: user, exp: Math.floor(Date.now() / 1000) + 86_400 }))}`;
  return `${text}.${createHmac("sha256", process.env.JWT_SECRET).update(text).digest("base64url")}`;
};
const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return Number(fields[11]) + Number(fields[12]);
};
const resident = (pid) => Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]) * 1024;
const random = (() => { let state = 42; return (n) => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % n; })();

const scores = new Map();
const rows = execFileSync("redis-cli", ["-p", redisPort, "ZRANGE", "lb:{main}:scores", "0", "-1", "WITHSCORES"], { maxBuffer: 1 << 28 }).toString().split("\n");
for (let index = 0; index + 1 < rows.length; index += 2) scores.set(rows[index], Number(rows[index + 1]));

const sent = new Map();
const latencies = [];
const answers = [];
const told = { messages: 0, bytes: 0, passed: 0, first: 0 };

function take(text, isMeasured) {
  const at = text.indexOf('"passed":');
  if (at < 0 || !isMeasured) return;
  const { passed } = JSON.parse(text);
  told.passed += passed.count;
  for (const { user_id, score } of passed.users) {
    const since = sent.get(`${user_id} ${score}`);
    if (since !== undefined) latencies.push(performance.now() - since);
  }
}

let isMeasured = false;
function open(user) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const query = maxRate ? `view=me&max_rate=${maxRate}` : "view=me";
    let kept = Buffer.alloc(0);
    let isOpen = false;
    socket.on("error", reject);
    socket.on("close", () => { if (isMeasured) throw new Error("a viewer was sent away"); });
    socket.write(`GET /api/v1/scoreboard/live?${query} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${token(user)}\r\n\r\n`);
    socket.on("data", (bytes) => {
      kept = kept.length ? Buffer.concat([kept, bytes]) : bytes;
      if (!isOpen) {
        const end = kept.indexOf("\r\n\r\n");
        if (end < 0) return;
        if (!kept.subarray(9, 12).equals(Buffer.from("101"))) return reject(new Error(kept.toString()));
        isOpen = true;
        kept = kept.subarray(end + 4);
      }
      for (;;) {
        if (kept.length < 2) return;
        let [length, start] = [kept[1], 2];
        if (length === 126) {
          if (kept.length < 4) return;
          [length, start] = [kept.readUInt16BE(2), 4];
        }
        if (kept.length < start + length) return;
        if ((kept[0] & 15) === 1) {
          told.messages += 1;
          told.bytes += start + length;
          if (told.first < viewers) { told.first += 1; resolve(socket); }
          take(kept.toString("latin1", start, start + length), isMeasured);
        }
        kept = kept.subarray(start + length);
      }
    });
    socket.once("data", () => resolve(socket));
  });
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const tokens = new Map();
let failed = 0;
function update() {
  const user = `u${random(users)}`;
  const increase = 1 + random(50);
  const score = scores.get(user) + increase;
  scores.set(user, score);
  if (!tokens.has(user)) tokens.set(user, token(user));
  const body = `{"user_id":"${user}","score_increase":${increase}}`;
  sent.set(`${user} ${score}`, performance.now());
  const headers = { Authorization: `Bearer ${tokens.get(user)}`, "Content-Type": "application/json", "Content-Length": body.length };
  const asked = request({ port, host: "127.0.0.1", agent, method: "POST", path: "/api/v1/score/update", headers }, (answer) => {
    if (answer.statusCode !== 200) failed += 1;
    if (isMeasured) answers.push(performance.now() - sent.get(`${user} ${score}`));
    answer.resume();
  });
  asked.on("error", () => { failed += 1; });
  asked.end(body);
}

async function drive(seconds) {
  const before = { at: performance.now(), service: ticks(service), redis: ticks(redis), own: process.cpuUsage(), messages: told.messages, bytes: told.bytes };
  for (let done = 0; ;) {
    const passed = performance.now() - before.at;
    if (passed >= seconds * 1000) break;
    for (; done < (passed / 1000) * rate; done += 1) update();
    await pause(1);
  }
  const time = (performance.now() - before.at) / 1000;
  const own = process.cpuUsage(before.own);
  return {
    service: (ticks(service) - before.service) / time, redis: (ticks(redis) - before.redis) / time, driver: (own.user + own.system) / 10_000 / time,
    messages: (told.messages - before.messages) / time, bytes: told.messages > before.messages ? (told.bytes - before.bytes) / (told.messages - before.messages) : 0,
  };
}
const percent = (value) => `${value.toFixed(0)} %`;

await drive(5);
const alone = await drive(Math.min(10, seconds));
console.log(`no viewers: service ${percent(alone.service)} of a core, Redis ${percent(alone.redis)}, driver ${percent(alone.driver)}`);
const empty = resident(service);
const opening = performance.now();
const step = Math.max(1, Math.floor(users / viewers));
await open("u0");
await pause(3000);
const one = resident(service);
console.log(`the first viewer, with the rows of ${users} users: ${((one - empty) / 1e6).toFixed(1)} MB`);
for (let next = 1; next < viewers; next += 100) {
  await Promise.all(Array.from({ length: Math.min(100, viewers - next) }, (_, index) => open(`u${(next + index) * step}`)));
}
while (told.first < viewers) await pause(50);
console.log(`${viewers} viewers, each told, after ${((performance.now() - opening - 3000) / 1000).toFixed(1)} s: ${Math.round((resident(service) - one) / (viewers - 1))} bytes each`);
await drive(5);
isMeasured = true;
const full = await drive(seconds);
await pause(1000);
console.log(`${rate} updates/s: service ${percent(full.service)} of a core, Redis ${percent(full.redis)}, driver ${percent(full.driver)}, ${full.messages.toFixed(0)} messages/s of ${full.bytes.toFixed(0)} bytes, ${failed} failed updates`);
console.log(`memory afterwards: ${Math.round((resident(service) - one) / (viewers - 1))} bytes a viewer`);
const at = (times, share) => times.length ? `${times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(0)} ms` : "none";
const spread = (times) => { times.sort((a, b) => a - b); return `p50 ${at(times, 0.5)}, p99 ${at(times, 0.99)}, p99.9 ${at(times, 0.999)}`; };
console.log(`update to its answer: ${spread(answers)}`);
console.log(`update to passed (${latencies.length} named of ${told.passed}): ${spread(latencies)}`);
console.log(`load average: ${readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ")}`);
isMeasured = false;
process.exit(failed ? 1 : 0);
