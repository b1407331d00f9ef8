// "Try it" at each operation: a form that sends the request as it is described, with a token that the service gave this page. Only where the
// service is set up for that (`DEMO`): elsewhere the page does not have this file.

import { shown } from "./docs.js";
import { element } from "./markup.js";
import { resolver } from "./schema.js";
import { AnswerView } from "./try-answer.js";
import { bodyField, labelled, parameterFields, request } from "./try-fields.js";
import { isGiven, kindFor, kinds, tokenOf } from "./try-token.js";

const holders = { player: "of player 12345" };
const others = { operator: "leaderboard token --user ops --scope leaderboard:admin", service: "leaderboard token --user game-server --scope leaderboard:report" };
const resolve = shown && resolver(shown);

for (const [path, methods] of Object.entries(shown?.paths ?? {})) {
  for (const [method, operation] of Object.entries(methods)) {
    const body = document.getElementById(operation.operationId)?.firstElementChild;
    if (body) offer(body, method.toUpperCase(), path, operation);
  }
}

/** Folded in front of the first heading. There are many: each is made when somebody wants it. */
function offer(body, method, path, operation) {
  const part = element("details", { class: "try" }, element("summary", {}, element("strong", {}, "Try it")));
  part.addEventListener("toggle", () => part.append(...form(method, path, operation)), { once: true });
  body.querySelector("h4").before(part);
}

function form(method, path, operation) {
  const fields = parameterFields((operation.parameters ?? []).map(resolve), resolve);
  const body = bodyField(resolve(operation.requestBody), resolve);
  const token = tokenField(operation.security);
  const isSocket = operation.responses["101"] !== undefined;
  const view = new AnswerView();
  const send = element("button", { class: "chief" }, isSocket ? "Open WebSocket" : `Send ${method}`);
  const stop = element("button", { type: "button", hidden: "" }, "Stop");
  const made = element("form", {},
    element("div", { class: "fields" }, token.elements, fields.map((field) => field.element), body?.elements),
    element("p", { class: "do" }, send, " ", stop, " ", element("small", {}, body ? "or Ctrl+Enter" : "or Enter")));

  let running = null;
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    running?.abort();
    const mine = (running = new AbortController());
    stop.hidden = false;
    const { path: target, headers } = request(path, fields);
    let bearer = null;
    // What is told then is told of the request: it goes without.
    try { bearer = await token.text(); } catch { /* no answer for a fresh one */ }
    if (isSocket) {
      await view.open(target, ["leaderboard.v1", ...(bearer ? [`leaderboard.bearer.${bearer}`] : [])], mine.signal);
    } else {
      if (bearer) headers.Authorization = `Bearer ${bearer}`;
      const text = body?.text;
      if (text !== undefined) headers["Content-Type"] = body.type;
      await view.send(target, { method, headers, body: text, signal: mine.signal }, (status) => headersOf(operation, status));
    }
    if (running !== mine) return;
    if (document.activeElement === stop) send.focus();
    stop.hidden = true;
  });
  stop.addEventListener("click", () => running?.abort());
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) made.requestSubmit();
  });
  return [made, ...view.elements];
}

/** Of the answer with that status, as they are described. */
function headersOf(operation, status) {
  return Object.keys(resolve(operation.responses[status] ?? operation.responses.default)?.headers ?? {});
}

/** Whose token goes with it: one that was given, none, or another that is pasted. */
function tokenField(security) {
  const wanted = kindFor(security);
  const option = (value, words) => element("option", { value }, words);
  const choice = element("select", {},
    option("", "none"), kinds.filter(isGiven).map((kind) => option(kind, holders[kind])), option("other", "another"));
  const pasted = element("input", { autocomplete: "off", autocapitalize: "off", spellcheck: "false", placeholder: others[wanted] ?? null });
  const other = labelled("Authorization", "header: Bearer", pasted);
  choice.value = wanted === null ? "" : isGiven(wanted) ? wanted : "other";
  const look = () => (other.hidden = choice.value !== "other");
  choice.addEventListener("change", look);
  look();
  return {
    elements: [labelled("Token", null, choice), other],
    /** Null: none. */
    async text() {
      if (choice.value === "other") return pasted.value.trim() || null;
      return choice.value === "" ? null : tokenOf(choice.value);
    },
  };
}
