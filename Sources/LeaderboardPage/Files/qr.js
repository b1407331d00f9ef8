// A QR code of a text (ISO/IEC 18004): bytes, error correction M, versions 1 to 10, which hold an address of up to 213 bytes.

/** Of error correction M, by version. */
const correctionBytes = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
const blocksOfVersion = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];

/** Rows of modules, true where they are dark. Null: the text is too long. `mask`: one of 0 to 7; the best, where none is said. */
export function qrCode(text, mask = null) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = correctionBytes.findIndex((_, index) => bytes.length <= dataBytes(index + 1) - (index < 9 ? 2 : 3)) + 1;
  if (version === 0) return null;
  const data = interleaved(encoded(bytes, version), version);
  const masked = (number) => drawn(data, version, number);
  if (mask !== null) return masked(mask);
  const all = Array.from({ length: 8 }, (_, number) => masked(number));
  const penalties = all.map(penalty);
  return all[penalties.indexOf(Math.min(...penalties))];
}

const sizeOf = (version) => version * 4 + 17;

/** Modules that are neither patterns nor of the format, in whole bytes. */
function allBytes(version) {
  const lines = version > 1 ? Math.floor(version / 7) + 2 : 0;
  const alignment = lines > 0 ? (25 * lines - 10) * lines - 55 : 0;
  return ((16 * version + 128) * version + 64 - alignment - (version > 6 ? 36 : 0)) >> 3;
}

const dataBytes = (version) => allBytes(version) - correctionBytes[version - 1] * blocksOfVersion[version - 1];

/** The mode, how many there are, the bytes, and filling. */
function encoded(bytes, version) {
  const bits = [];
  const add = (value, length) => {
    for (let at = length - 1; at >= 0; at -= 1) bits.push((value >> at) & 1);
  };
  add(4, 4);
  add(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) add(byte, 8);
  add(0, 4);
  while (bits.length % 8 > 0) bits.push(0);
  const data = [];
  for (let at = 0; at < bits.length; at += 8) data.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  for (let filling = 0xec; data.length < dataBytes(version); filling ^= 0xec ^ 0x11) data.push(filling);
  return data.slice(0, dataBytes(version));
}

/** In the field of 256 elements that Reed and Solomon's code takes. */
function product(a, b) {
  let result = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    result = (result << 1) ^ ((result >> 7) * 0x11d);
    if ((b >> bit) & 1) result ^= a;
  }
  return result;
}

function correction(data, length) {
  const divisor = [...Array(length - 1).fill(0), 1];
  for (let step = 0, root = 1; step < length; step += 1, root = product(root, 2)) {
    for (let at = 0; at < length; at += 1) divisor[at] = product(divisor[at], root) ^ (divisor[at + 1] ?? 0);
  }
  const rest = Array(length).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    divisor.forEach((coefficient, at) => (rest[at] ^= product(coefficient, factor)));
  }
  return rest;
}

/** Blocks, each with its correction, the first byte of each first. */
function interleaved(data, version) {
  const count = blocksOfVersion[version - 1];
  const short = Math.floor(data.length / count);
  const firstLong = count - (data.length % count);
  const starts = (block) => block * short + Math.max(0, block - firstLong);
  const blocks = Array.from({ length: count }, (_, block) => data.slice(starts(block), starts(block + 1)));
  const corrections = blocks.map((block) => correction(block, correctionBytes[version - 1]));
  return [blocks, corrections].flatMap((parts) =>
    Array.from({ length: Math.max(...parts.map((part) => part.length)) }, (_, at) =>
      parts.map((part) => part[at]).filter((byte) => byte !== undefined)).flat());
}

const masks = [
  (x, y) => (x + y) % 2, (_, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2, (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

function drawn(data, version, mask) {
  const size = sizeOf(version);
  const rows = Array.from({ length: size }, () => Array(size).fill(null));
  const set = (x, y, isDark) => {
    if (rows[y]?.[x] !== undefined) rows[y][x] = isDark;
  };
  const square = (x, y, reach, isDark) => {
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  };
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(x, y, 4, (away) => away !== 2 && away !== 4);
  const lines = version === 1 ? [] : version < 7 ? [6, size - 7] : [6, (size - 1) / 2, size - 7];
  for (const x of lines) {
    for (const y of lines) {
      const isCorner = (x === 6 && y === 6) || (x === 6 && y === size - 7) || (x === size - 7 && y === 6);
      if (!isCorner) square(x, y, 2, (away) => away !== 1);
    }
  }
  drawFormat(set, size, mask);
  if (version > 6) drawVersion(set, size, version);
  drawData(rows, data, masks[mask]);
  return rows;
}

/** Level M is 00: the mask alone, with its own correction. */
function drawFormat(set, size, mask) {
  let rest = mask;
  for (let step = 0; step < 10; step += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (at) => ((bits >> at) & 1) === 1;
  for (let at = 0; at < 15; at += 1) {
    const [down, across] = [at < 6 ? at : at < 8 ? at + 1 : size - 15 + at, at < 8 ? size - 1 - at : at < 9 ? 7 : 14 - at];
    set(8, down, bit(at));
    set(across, 8, bit(at));
  }
  set(8, size - 8, true);
}

function drawVersion(set, size, version) {
  let rest = version;
  for (let step = 0; step < 12; step += 1) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let at = 0; at < 18; at += 1) {
    const [long, short] = [size - 11 + (at % 3), Math.floor(at / 3)];
    set(long, short, ((bits >> at) & 1) === 1);
    set(short, long, ((bits >> at) & 1) === 1);
  }
}

/** In columns of two, from the right, up and down in turn. */
function drawData(rows, data, mask) {
  const size = rows.length;
  let at = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const isUpward = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const y = isUpward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (rows[y][x] !== null) continue;
        const bit = at < data.length * 8 ? (data[at >> 3] >> (7 - (at & 7))) & 1 : 0;
        at += 1;
        rows[y][x] = (bit === 1) !== (mask(x, y) === 0);
      }
    }
  }
}

/** How much there is in it that a reader may be led astray by. */
function penalty(rows) {
  const size = rows.length;
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let sum = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map((isDark) => (isDark ? "1" : "0")).join("");
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
    const around = `0000${text}0000`;
    for (const finder of ["10111010000", "00001011101"]) {
      for (let at = around.indexOf(finder); at >= 0; at = around.indexOf(finder, at + 1)) sum += 40;
    }
  }
  for (let y = 1; y < size; y += 1) {
    for (let x = 1; x < size; x += 1) {
      const corner = rows[y][x];
      if (corner === rows[y - 1][x] && corner === rows[y][x - 1] && corner === rows[y - 1][x - 1]) sum += 3;
    }
  }
  const dark = rows.flat().filter(Boolean).length;
  return sum + 10 * Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size));
}
