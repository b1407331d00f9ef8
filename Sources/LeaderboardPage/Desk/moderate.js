// The way to the desk: nothing of it is there without a token that operates. It is kept for this tab, apart from that of players,
// and goes out in the header Authorization to this service only.

import { Desk } from "./desk.js";
import { Refused, Service } from "./desk-service.js";
import { Token } from "./token.js";

const [gate, input, problem, forget, tools, main] =
  ["gate", "token", "token-problem", "forget", "tools", "desk"].map((id) => document.getElementById(id));
const token = new Token("moderator-token");
token.isNeeded = true;
const service = new Service(token, { onRefused: close });
let desk = null;
/** Counts the attempts to come in: the answer to one that another has followed is void. */
let attempt = 0;

async function open() {
  attempt += 1;
  const own = attempt;
  say("");
  try {
    const boards = await service.read("/api/v1/admin/boards", { limit: 100 });
    if (own !== attempt || desk) return;
    gate.hidden = true;
    forget.hidden = false;
    tools.append(document.getElementById("desk-tools").content.cloneNode(true));
    main.append(document.getElementById("desk-views").content.cloneNode(true));
    desk = new Desk(service, boards);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (own !== attempt) return;
    if (error.status === 403) token.refused(error.message);
    close(error.message);
  }
}

/** All that was shown goes. */
function close(why = token.problem ?? "") {
  attempt += 1;
  desk?.close();
  desk = null;
  tools.replaceChildren();
  main.replaceChildren(gate);
  gate.hidden = false;
  forget.hidden = true;
  say(why);
  input.focus();
}

function say(why) {
  problem.textContent = why;
  input.placeholder = token.isThere ? "This tab has one" : "";
  if (why) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

gate.addEventListener("submit", (event) => {
  event.preventDefault();
  // The one that the tab has, where the service did not answer.
  const isToken = (token.isThere && input.value.trim() === "") || token.take(input.value);
  input.value = "";
  if (isToken) open();
  else say(token.problem);
});

forget.addEventListener("click", () => {
  token.forget();
  close("");
});

if (token.isThere) open();
else input.focus();
