// The two descriptions of the API, readably.

import { Contents } from "./contents.js";
import { breakable, element, example, prose, table, words } from "./markup.js";
import { members, resolver, typeOf } from "./schema.js";

const contents = new Contents(document.getElementById("contents"), document.getElementById("fold"));
const main = document.getElementById("docs");
const state = document.getElementById("state");

/** The description of the HTTP API, once it is shown; null: it could not be loaded. */
export const shown = await show();

async function show() {
  try {
    const [http, live] = await Promise.all(["/openapi.json", "/asyncapi.json"].map(load));
    state.remove();
    showHTTP(http);
    showLive(live);
    contents.follow([...main.querySelectorAll("article")]);
    return http;
  } catch {
    state.textContent = "The descriptions could not be loaded. Try again in a moment.";
    return null;
  }
}

async function load(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** A part of the page, and its place in the contents. */
function part(id, title, description, entries) {
  contents.add(id, title, entries);
  main.append(element("section", { id }, element("h2", {}, title), prose(description), entries.map((entry) => entry.element)));
}

function showHTTP(api) {
  const resolve = resolver(api);
  main.append(element("div", { class: "intro" }, prose(api.info.description)));
  for (const tag of api.tags) {
    const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        // Every public read has one, and they are all alike.
        .filter(([method, operation]) => operation.tags?.includes(tag.name) && method !== "options")
        .map(([method, operation]) => showOperation(method.toUpperCase(), path, operation, resolve)));
    part(`http-${tag.name}`, tag.name, tag.description, operations);
  }
}

function showOperation(method, path, operation, resolve) {
  const id = operation.operationId;
  const parameters = (operation.parameters ?? []).map(resolve);
  const body = resolve(operation.requestBody);
  const answers = Object.entries(operation.responses).map(([status, given]) => [status, resolve(given)]);
  const shown = folded(id, [
    element("h3", {}, element("span", { class: "method" }, method), " ", element("code", {}, breakable(path))),
    element("p", { class: "summary" }, words(operation.summary))],
    prose(operation.description),
    showRights(operation.security),
    parameters.length > 0 ? element("h4", {}, "Parameters") : null,
    table(["name", "type", "meaning"], parameters.map((parameter) => [
      [element("code", {}, parameter.name), ` ${parameter.in}${parameter.required ? ", required" : ""}`],
      typeOf(parameter.schema, resolve), words(parameter.description)])),
    body ? [element("h4", {}, "Body"), prose(body.description), ...showContent(body.content, resolve)] : null,
    element("h4", {}, "Answers"),
    answers.map(([status, answer]) => showAnswer(status, answer, resolve)));
  return { id, short: [element("span", { class: "method" }, method), " ", breakable(path.replace("/api/v1", ""))], element: shown };
}

/** Folded, until somebody wants it. `head`: what is seen of it then. */
function folded(id, head, ...body) {
  return element("article", { id }, element("details", {}, element("summary", {}, head), body));
}

/** An empty choice among those of `security`: it goes without a token, too. */
function showRights(security) {
  if (!security) return null;
  const { token: scopes = [] } = security.find(({ token }) => token) ?? {};
  const isNeeded = security.every(({ token }) => token);
  const scope = scopes.length > 0 ? [" with the scope ", element("code", {}, scopes[0])] : [];
  return element("p", {}, [isNeeded ? "Needs a bearer token" : "Takes a bearer token", ...scope], ".");
}

function showAnswer(status, answer, resolve) {
  const headers = Object.entries(answer.headers ?? {}).map(([name, given]) => [name, resolve(given)]);
  return element("details", { class: `status-${status[0]}` },
    element("summary", {}, element("strong", {}, status), " ", words(answer.description)),
    table(["header", "type", "meaning"], headers.map(([name, header]) => [
      element("code", {}, name), typeOf(header.schema, resolve), words(header.description)])),
    ...showContent(answer.content, resolve));
}

function showContent(content, resolve) {
  // How problem details look is said once, in front of all.
  const said = Object.entries(content ?? {}).filter(([type]) => type !== "application/problem+json");
  return said.flatMap(([type, { schema, examples, example: only }]) => [
    ...(schema ? members(schema, resolve) : []),
    only === undefined ? null : example(type, only),
    ...Object.entries(examples ?? {}).map(([name, given]) => example(resolve(given).summary ?? name, resolve(given).value)),
  ]);
}

function showLive(api) {
  const resolve = resolver(api);
  const channels = Object.entries(api.channels).map(([id, channel]) => {
    const query = resolve(channel.bindings?.ws?.query);
    const shown = folded(id, [
      element("h3", {}, channel.title),
      element("p", { class: "summary" }, element("code", {}, address(channel)))],
      prose(channel.description),
      query ? [element("h4", {}, "Query"), ...members(query, resolve)] : null,
      Object.values(channel.messages).map((given) => showMessage(resolve(given), resolve)));
    return { id, short: channel.title, element: shown };
  });
  part("live-and-redis", "live messages and Redis", api.info.description, channels);
}

function address({ address, parameters }) {
  return address.replace(/\{(\w+)\}/g, (whole, name) => parameters?.[name]?.default ?? whole);
}

function showMessage(message, resolve) {
  return element("details", {},
    element("summary", {}, element("strong", {}, message.title), " ", words(message.summary)),
    ...members(message.payload, resolve),
    (message.examples ?? []).map(({ name, payload }) => example(name, payload)));
}
