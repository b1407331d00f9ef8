// What of a request can be filled in: its parameters and its body.

import { element } from "./markup.js";

/** Those that a browser sets by itself (Fetch standard, forbidden request headers). */
const own = /^(?:accept-encoding|connection|host|origin|upgrade|sec-.*)$/i;

/** A field with its name. `more`: what stands behind the name. */
export function labelled(name, more, field) {
  return element("label", {}, element("span", {}, element("code", {}, name), more ? ` ${more}` : null), field);
}

/** One for each parameter that a page can set. */
export function parameterFields(parameters, resolve) {
  return parameters.filter(({ name, in: place }) => place !== "header" || !own.test(name)).map((parameter) => {
    const schema = resolve(parameter.schema) ?? {};
    const said = parameter.example ?? schema.examples?.[0] ?? resolve(schema.items)?.examples?.[0];
    const choices = schema.const !== undefined ? [schema.const] : schema.enum;
    const field = choices && !parameter.required ? choice(choices) : text(parameter, said ?? choices?.[0], schema.default);
    return { ...parameter, schema, field, element: labelled(parameter.name, `${parameter.in}${parameter.required ? ", required" : ""}`, field) };
  });
}

function choice(choices) {
  return element("select", {}, element("option", { value: "" }, "–"), choices.map((value) => element("option", {}, String(value))));
}

/** What has to be there stands there already; of what need not, an example. */
function text({ in: place, required, "x-prefilled": isPrefilled }, example, standard) {
  const shown = example === undefined ? "" : [example].flat().join(", ");
  const field = element("input", { autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  // A path with a hole is another one.
  if (place === "path") field.required = true;
  if (required || isPrefilled) field.value = shown;
  else field.placeholder = shown || (standard === undefined ? "" : String(standard));
  return field;
}

/** The path with its query, and the headers. */
export function request(path, fields) {
  const query = new URLSearchParams();
  const headers = {};
  for (const { name, in: place, schema, field } of fields) {
    const value = field.value.trim();
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value === "") continue;
    else if (place === "header") headers[name] = value;
    else if (schema.type === "array") for (const part of value.split(/[\s,]+/).filter(Boolean)) query.append(name, part);
    else query.append(name, value);
  }
  return { path: query.size > 0 ? `${path}?${query}` : path, headers };
}

/** What is said over a WebSocket once it is open, a message each line; null: nothing is. */
export function messagesField(examples) {
  if (!examples) return null;
  const field = element("textarea", { spellcheck: "false", autocapitalize: "off", rows: String(examples.length + 1) });
  field.value = examples.map((one) => JSON.stringify(one)).join("\n");
  return {
    element: labelled("Messages", "one a line, said when it opens and again by the button", field),
    get lines() { return field.value.split("\n").map((line) => line.trim()).filter(Boolean); },
  };
}

/** A body of one of the types in `content`, with its example; null: there is none. */
export function bodyField(body, resolve) {
  const types = Object.keys(body?.content ?? {});
  if (types.length === 0) return null;
  const field = element("textarea", { spellcheck: "false", autocapitalize: "off" });
  const type = types.length > 1 ? element("select", {}, types.map((name) => element("option", {}, name))) : null;
  const chosen = () => type?.value ?? types[0];
  const fill = () => {
    field.value = exampleOf(body.content, chosen(), resolve);
    field.rows = Math.min(14, field.value.split("\n").length + 1);
  };
  fill();
  type?.addEventListener("change", fill);
  return {
    elements: [type ? labelled("Content-Type", "header", type) : null, labelled("Body", type ? null : types[0], field)],
    get type() { return chosen(); },
    /** Undefined: none is sent. */
    get text() { return field.value.trim() === "" ? undefined : field.value; },
  };
}

function exampleOf(content, type, resolve) {
  const { example, examples } = content[type];
  const value = example ?? resolve(Object.values(examples ?? {})[0])?.value;
  if (value !== undefined) return typeof value === "string" ? value : JSON.stringify(value, null, 2);
  // Lines are the elements of the array that is described beside them.
  const list = content["application/json"]?.example;
  return Array.isArray(list) ? `${list.map((one) => JSON.stringify(one)).join("\n")}\n` : "";
}
