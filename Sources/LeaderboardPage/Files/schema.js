// What a JSON schema says, in words and tables.

import { element, table, words } from "./markup.js";

/** Follows references within the document; what stands beside a reference wins. */
export function resolver(root) {
  return function resolve(value) {
    if (!value?.$ref) return value;
    const found = value.$ref.slice(2).split("/")
      .reduce((at, part) => at[part.replaceAll("~1", "/").replaceAll("~0", "~")], root);
    return { ...resolve(found), ...value, $ref: undefined };
  };
}

/** `integer, 1 to 100, 10 by default` */
export function typeOf(given, resolve) {
  const schema = resolve(given) ?? {};
  if (schema.const !== undefined) return [element("code", {}, JSON.stringify(schema.const))];
  if (schema.oneOf) return join(schema.oneOf.map((choice) => typeOf(choice, resolve)), " or ");
  if (schema.enum) return join(schema.enum.map((choice) => [element("code", {}, choice)]), " or ");
  let text = [schema.type ?? "any"].flat().join(" or ");
  if (schema.type === "array" && schema.items && !Array.isArray(schema.items)) {
    text = `array of ${[resolve(schema.items).type ?? "any"].flat().join(" or ")}`;
  }
  if (schema.minimum !== undefined || schema.maximum !== undefined) text += `, ${bounds(schema)}`;
  if (schema.maxItems !== undefined && !Array.isArray(schema.items)) text += `, at most ${schema.maxItems}`;
  if (schema.default !== undefined) text += `, ${schema.default} by default`;
  const pattern = schema.pattern && !schema.enum ? [", ", element("code", {}, schema.pattern)] : [];
  return [text, ...pattern];
}

function bounds({ minimum, maximum }) {
  if (maximum === undefined) return `${minimum} or more`;
  return minimum === undefined ? `at most ${maximum}` : `${minimum} to ${maximum}`;
}

function join(parts, separator) {
  return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

/** A table of an object's members, or of a tuple's places, and of those within; several for alternatives. */
export function members(given, resolve) {
  const schema = resolve(given) ?? {};
  if (schema.oneOf) return schema.oneOf.flatMap((choice) => [...members(choice, resolve)]);
  const rows = [];
  list(schema, "", rows, resolve);
  return [words(schema.description).length > 1 || schema.description ? element("p", {}, words(schema.description)) : null,
    table(["member", "type", "meaning"], rows)];
}

function list(schema, prefix, rows, resolve) {
  for (const [name, given] of Object.entries(schema.properties ?? {})) {
    const member = resolve(given);
    const isRequired = schema.required?.includes(name);
    rows.push([[element("code", {}, prefix + name), isRequired ? "" : " (optional)"], typeOf(member, resolve), words(member.description)]);
    list(member, `${prefix}${name}.`, rows, resolve);
  }
  if (Array.isArray(schema.items)) {
    schema.items.forEach((given, index) => {
      const place = resolve(given);
      rows.push([[element("code", {}, `${prefix}${index + 1}`), ` ${place.title}`], typeOf(place, resolve), words(place.description)]);
    });
  } else if (schema.type === "array" && schema.items) {
    list(resolve(schema.items), prefix.replace(/\.$/, "[]."), rows, resolve);
  }
}
