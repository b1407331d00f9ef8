// What players are shown by beside their id: a name, a picture, a flag. Whatever is not as it should be is left out.

const longestName = 64;
const longestAddress = 256;

/** { name, avatar, country }, each null where there is none. Null: of none at all. */
export function readFace(metadata) {
  if (metadata === null || typeof metadata !== "object") return null;
  const face = { name: readName(metadata.name), avatar: readAddress(metadata.avatar), country: readCountry(metadata.country) };
  return face.name ?? face.avatar ?? face.country ? face : null;
}

export const isSameFace = (a, b) =>
  a === b || (a && b && a.name === b.name && a.avatar === b.avatar && a.country === b.country) || false;

function readName(value) {
  const name = typeof value === "string" ? value.trim() : "";
  return name !== "" && [...name].length <= longestName ? name : null;
}

function readAddress(value) {
  if (typeof value !== "string" || value.length > longestAddress) return null;
  try {
    const { protocol, href } = new URL(value);
    return protocol === "https:" ? href : null;
  } catch {
    return null;
  }
}

const readCountry = (value) => (typeof value === "string" && /^[A-Z]{2}$/.test(value) ? value : null);

let names = null;
try {
  names = new Intl.DisplayNames(undefined, { type: "region" });
} catch {
  // The two letters will do.
}

/** The flag of a country: two letters that stand for one. Null: here they stand for nothing. */
export const flagOf = (country) => (hasFlags() ? pair(country) : null);

const pair = (country) => String.fromCodePoint(...[...country].map((letter) => 0x1f1e6 - 0x41 + letter.codePointAt(0)));

let drawsFlags = null;

/** A flag is one sign: where there are none (Windows, a machine without such a font), two are drawn. */
function hasFlags() {
  const pen = drawsFlags === null ? document.createElement("canvas").getContext("2d") : null;
  drawsFlags ??= pen !== null && pen.measureText(pair("DE")).width < 1.5 * pen.measureText([...pair("DE")][0]).width;
  return drawsFlags;
}

export const countryName = (country) => names?.of(country) ?? country;

/** Of a name's first two words, a character of each: where there is no picture. */
export function initials(name) {
  const words = name.split(/[\s_.:@|+=~-]+/u).filter(Boolean);
  return (words.length > 0 ? words : [name]).slice(0, 2).map(firstCharacter).join("").toUpperCase();
}

/** As people see it, which may be several code points; none that has nothing to see, or only turns the writing about. */
function firstCharacter(word) {
  const characters = Intl.Segmenter ? [...new Intl.Segmenter().segment(word)].map(({ segment }) => segment) : [...word];
  return characters.find((character) => /[^\p{Cf}\p{Cc}\p{M}]/u.test(character)) ?? "";
}
