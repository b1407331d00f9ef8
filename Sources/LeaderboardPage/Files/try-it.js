// "Try it" at each operation: a form that sends the request as it is described, with a token that the service gave this page. Only where the
// service is set up for that (`DEMO`): elsewhere the page does not have this file.

import { shown } from "./docs.js";
import { element } from "./markup.js";
import { resolver } from "./schema.js";
import { AnswerView } from "./try-answer.js";
import { bodyField, labelled, messagesField, parameterFields, request } from "./try-fields.js";
import { playersToken } from "./try-token.js";

/** Who makes the token that an operation with a scope takes. */
const users = { "leaderboard:admin": "ops", "leaderboard:report": "game-server" };
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
  const messages = messagesField(operation["x-messages"]);
  const view = new AnswerView();
  const send = element("button", { class: "chief" }, isSocket ? "Open WebSocket" : `Send ${method}`);
  const say = messages && element("button", { type: "button", hidden: "" }, "Say again");
  const stop = element("button", { type: "button", hidden: "" }, "Stop");
  const made = element("form", {},
    element("div", { class: "fields" }, token.elements, fields.map((field) => field.element), body?.elements, messages?.element),
    element("p", { class: "do" }, send, " ", say, say ? " " : null, stop, " ", element("small", {}, body || messages ? "or Ctrl+Enter" : "or Enter")));

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
      const opened = () => {
        if (!messages) return;
        say.hidden = false;
        view.say(messages.lines);
      };
      await view.open(target, ["leaderboard.v1", ...(bearer ? [`leaderboard.bearer.${bearer}`] : [])], mine.signal, opened);
    } else {
      if (bearer) headers.Authorization = `Bearer ${bearer}`;
      const text = body?.text;
      if (text !== undefined) headers["Content-Type"] = body.type;
      await view.send(target, { method, headers, body: text, signal: mine.signal }, (status) => headersOf(operation, status));
    }
    if (running !== mine) return;
    if ([stop, say].includes(document.activeElement)) send.focus();
    stop.hidden = true;
    if (say) say.hidden = true;
  });
  stop.addEventListener("click", () => running?.abort());
  say?.addEventListener("click", () => view.say(messages.lines));
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (say && !say.hidden) say.click();
    else made.requestSubmit();
  });
  return [made, ...view.elements];
}

/** Of the answer with that status, as they are described. */
function headersOf(operation, status) {
  return Object.keys(resolve(operation.responses[status] ?? operation.responses.default)?.headers ?? {});
}

/** Whose token goes with it: the player's that the service gave, none, or another that is pasted. */
function tokenField(security) {
  const option = (value, words) => element("option", { value }, words);
  const choice = element("select", {}, option("", "none"), option("player", "of player 12345"), option("other", "another"));
  // Without one if that goes, too.
  const isNeeded = security !== undefined && security.every(({ token }) => token);
  const scope = isNeeded ? security[0].token[0] : undefined;
  const pasted = element("input", { autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    placeholder: scope ? `leaderboard token --user ${users[scope]} --scope ${scope}` : null });
  const other = labelled("Authorization", "header: Bearer", pasted);
  choice.value = !isNeeded ? "" : scope ? "other" : "player";
  const look = () => (other.hidden = choice.value !== "other");
  choice.addEventListener("change", look);
  look();
  return {
    elements: [labelled("Token", null, choice), other],
    /** Null: none. */
    async text() {
      if (choice.value === "other") return pasted.value.trim() || null;
      return choice.value === "" ? null : playersToken();
    },
  };
}
