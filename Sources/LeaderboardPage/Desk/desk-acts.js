// The acts of a moderator, as the dialog wants them: what each says, shows before, does, and how it is undone.

import { readHeld } from "./desk-held.js";
import { Refused } from "./desk-service.js";
import { fieldOfTime, timeOfField, timeWords } from "./desk-times.js";
import { number, signed } from "./format.js";
import { element } from "./markup.js";

const says = (...words) => words.map((text) => element("p", {}, text));
const points = (count) => `${number(count)} ${Math.abs(count) === 1 ? "point" : "points"}`;
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const undone = (reason) => `Undone: ${reason}`.slice(0, 500);

/** What is said of seasons that were over, and that an act changes all the same. */
const ofSeasons = (names) => {
  if (!Array.isArray(names) || names.length === 0) return "";
  const more = names.length > 10 ? ` and ${number(names.length - 10)} more` : "";
  return ` Also in ${names.length === 1 ? "a season that is" : "seasons that are"} over: ${names.slice(0, 10).map(String).join(", ")}${more}.`;
};

export class Acts {
  #service;

  constructor(service) {
    this.#service = service;
  }

  /** Off the board, until reinstated. */
  suspend({ board, user, standing }, reason = "") {
    const place = standing?.rank ? `It has rank ${number(standing.rank)} with ${points(standing.score)}.` : "It is not on the board now.";
    const before = standing?.isHidden ? "hide" : "reinstate";
    return this.#ofUser({ board, user }, {
      title: `Suspend ${user}`, go: "Suspend", reason,
      says: says(`${place} The user leaves the standings of ${board} and of its seasons, those that are over, too; updates are refused. The score is kept.`),
      path: ["suspend"],
      done: ({ changed, final_seasons: seasons }, why) => ({
        words: changed ? `${user} is suspended.${ofSeasons(seasons)}` : `${user} was suspended already.`,
        undo: changed ? () => this[before]({ board, user }, undone(why)) : null,
      }),
    });
  }

  /** Off the board for everybody else; the user goes on scoring, and is not told. */
  hide({ board, user, standing }, reason = "") {
    const place = standing?.rank ? `It has rank ${number(standing.rank)} with ${points(standing.score)}.` : "It is not on the board now.";
    const before = standing?.isSuspended ? "suspend" : "unhide";
    return this.#ofUser({ board, user }, {
      title: `Hide ${user}`, go: "Hide", reason,
      says: says(`${place} The user leaves the standings of ${board} and of its seasons, those that are over, too, for everybody else. The user goes on scoring and sees the place that the score would have: nothing tells them.`),
      path: ["hide"],
      done: ({ changed, final_seasons: seasons }, why) => ({
        words: changed ? `${user} is hidden.${ofSeasons(seasons)}` : `${user} was hidden already.`,
        undo: changed ? () => this[before]({ board, user }, undone(why)) : null,
      }),
    });
  }

  unhide({ board, user, standing }, reason = "") {
    const kept = Number.isSafeInteger(standing?.withheld) ? ` with ${points(standing.withheld)}` : "";
    return this.#ofUser({ board, user }, {
      title: `Show ${user} again`, go: "Show again", reason,
      says: says(`Everybody sees the user on ${board}${kept} and in its seasons, those that are over, too.`),
      path: ["unhide"],
      done: ({ changed, final_seasons: seasons }, why) => ({
        words: changed ? `${user} is shown again.${ofSeasons(seasons)}` : `${user} was not hidden.`,
        undo: changed ? () => this.hide({ board, user }, undone(why)) : null,
      }),
    });
  }

  reinstate({ board, user, standing }, reason = "") {
    const kept = Number.isSafeInteger(standing?.withheld) ? ` with ${points(standing.withheld)}` : "";
    return this.#ofUser({ board, user }, {
      title: `Reinstate ${user}`, go: "Reinstate", reason,
      says: says(`The user comes back to ${board}${kept} and to its seasons, those that are over, too, and may score again.`),
      path: ["reinstate"],
      done: ({ changed, final_seasons: seasons }, why) => ({
        words: changed ? `${user} is reinstated.${ofSeasons(seasons)}` : `${user} was not suspended.`,
        undo: changed ? () => this.suspend({ board, user }, undone(why)) : null,
      }),
    });
  }

  /** All that is reported of the user waits for review. */
  hold({ board, user }, reason = "") {
    return this.#ofUser({ board, user }, {
      title: `Hold updates of ${user}`, go: "Hold", reason,
      says: says(`All that is reported of the user on ${board} waits for review from now on, with your name and the reason. The score and the place stay. The board gets the rule by_hand, if it does not have it.`),
      path: ["hold"],
      done: ({ changed }, why) => ({
        words: changed ? `${user} is on hold: updates wait for review.` : `${user} was on hold already.`,
        undo: changed ? () => this.unhold({ board, user }, undone(why)) : null,
      }),
    });
  }

  unhold({ board, user }, reason = "") {
    return this.#ofUser({ board, user }, {
      title: `Take ${user} off hold`, go: "Take off hold", reason,
      says: says("Updates of the user are judged as anybody's again. What waits goes on waiting."),
      path: ["unhold"],
      done: ({ changed }, why) => ({
        words: changed ? `${user} is off hold.` : `${user} was not on hold.`,
        undo: changed ? () => this.hold({ board, user }, undone(why)) : null,
      }),
    });
  }

  blank({ board, user, name }, reason = "") {
    return this.#ofUser({ board, user }, {
      title: `Take away the name of ${user}`, go: "Take it away", reason,
      says: says(`${name ? `“${name}”` : "What the user says of itself"} goes, picture and country too, and the user cannot set it until it is allowed. It is not kept: an undo allows a new one.`),
      path: ["profile", "blank"],
      done: ({ changed }, why) => ({
        words: changed ? `The name of ${user} is taken away.` : `The name of ${user} was taken away already.`,
        undo: changed ? () => this.allow({ board, user }, undone(why)) : null,
      }),
    });
  }

  allow({ board, user }, reason = "") {
    return this.#ofUser({ board, user }, {
      title: `Allow ${user} a name`, go: "Allow", reason,
      says: says("The user may set a name, a picture and a country again. The ones that were taken away do not come back by themselves."),
      path: ["profile", "allow"],
      done: ({ changed }, why) => ({
        words: changed ? `${user} may set a name again.` : `${user} was allowed a name already.`,
        undo: changed ? () => this.blank({ board, user }, undone(why)) : null,
      }),
    });
  }

  /** An update that waits for review (`entry`, as of `readHeld`): `word` is release or reject. */
  review({ board, user }, word, { id }) {
    const isRelease = word === "release";
    const path = this.#service.path(board, "held", id, word);
    return {
      title: `${isRelease ? "Release" : "Reject"} an update of ${user}`, go: isRelease ? "Release" : "Reject",
      says: says(isRelease ? "It counts as if it had when it was made, in the seasons of its time too; what the user did since stays." : "It is dropped, and cannot be brought back; the audit says what it was."),
      preview: async () => {
        const { score, points: rise, final_seasons: seasons, counted_before: hasCounted } = await this.#service.write("POST", `${path}/preview`, {});
        if (hasCounted) return { words: `A retry of it has counted: it leaves the queue, and the score stays ${number(score)}.` };
        return { words: isRelease ? `The score becomes ${number(score)} (${signed(rise)}).${ofSeasons(seasons)}` : "It still waits." };
      },
      run: async (reason) => {
        const { score, points: rise, final_seasons: seasons, counted_before: hasCounted } = await this.#service.write("POST", path, { reason });
        if (hasCounted) return { board, user, words: `An update of ${user} had counted by a retry: it waits no more.`, undo: null };
        if (!isRelease) return { board, user, words: `An update of ${user} was rejected.`, undo: null };
        const seq = await this.#seqOfRelease(board, user, id);
        return {
          board, user, words: `An update of ${user} was released: the score is ${number(score)} (${signed(rise)}).${ofSeasons(seasons)}`,
          undo: seq === null ? null : () => this.revert({ board, user, standing: null }, { seq, reason: undone(reason) }),
        };
      },
    };
  }

  /** All of the user's that wait. */
  reviewAll({ board, user }, word) {
    const isRelease = word === "release";
    const path = this.#service.path(board, "held", word);
    return {
      title: `${isRelease ? "Release" : "Reject"} all that waits of ${user}`, go: isRelease ? "Release all" : "Reject all",
      says: says(isRelease ? "Each counts as if it had when it was made, the oldest first. What a bound of the board refuses goes on waiting." : "They are dropped, and cannot be brought back; the audit says what they were."),
      preview: async () => {
        const { updates, upto } = await this.#service.write("POST", `${path}/preview`, { user_id: user });
        if (updates === 0) return { isNothing: true, words: "Nothing of this user waits." };
        const sum = isRelease ? await this.#sumOfHeld(board, user, updates, upto) : null;
        const words = `${number(updates)} ${updates === 1 ? "update" : "updates"} of ${user}`;
        if (sum === null) return { upto, words: `${words}.` };
        const now = await this.#scoreOf(board, user);
        return { upto, words: `${words}, together ${signed(sum)}: the score${now === null ? "" : `, now ${number(now)},`} becomes ${number((now ?? 0) + sum)}, unless a bound of the board holds some of it.` };
      },
      run: async (reason, { upto }) => {
        let [count, kept, after] = [0, 0, null];
        do {
          const some = await this.#service.write("POST", path, { user_id: user, upto, reason, ...(after === null ? {} : { after }) });
          count += some.released + some.rejected;
          kept += Array.isArray(some.kept) ? some.kept.length : 0;
          after = typeof some.next === "string" ? some.next : null;
        } while (after !== null);
        const still = kept === 0 ? "" : ` ${number(kept)} ${kept === 1 ? "goes" : "go"} on waiting.`;
        const score = isRelease && count > 0 ? await this.#scoreOf(board, user) : null;
        const becomes = score === null ? "" : `: the score is ${number(score)}`;
        return { board, user, words: `${number(count)} ${count === 1 ? "update" : "updates"} of ${user} ${count === 1 ? "was" : "were"} ${isRelease ? "released" : "rejected"}${becomes}.${still}`, undo: null };
      },
    };
  }

  /** Also of who is not shown; null: there is none, or the service does not tell. */
  async #scoreOf(board, user) {
    try {
      const { score, withheld_score: withheld } = await this.#service.read(this.#path(board, user));
      return [score, withheld].find(Number.isSafeInteger) ?? null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return null;
    }
  }

  /** What they ask for together; null: it is no sum, or others wait by now. */
  async #sumOfHeld(board, user, updates, upto) {
    const { held } = await this.#service.read(this.#service.path(board, "held"), { user_id: user, limit: 1000 });
    const entries = (Array.isArray(held) ? held : []).map(readHeld).filter(Boolean);
    const asked = entries.slice(0, updates).map(({ operation, value }) => (value === null ? null : operation === "incr" ? value : operation === "decr" ? -value : null));
    return asked.length !== updates || entries[updates - 1].id !== upto || asked.includes(null) ? null : asked.reduce((sum, value) => sum + value, 0);
  }

  /** By which a release can be reverted; null: the audit does not tell it any more. */
  async #seqOfRelease(board, user, id) {
    try {
      const { entries } = await this.#service.read(this.#service.path(board, "audit"), { user_id: user, limit: 50 });
      const seq = (Array.isArray(entries) ? entries : []).find((entry) => entry?.action === "release" && entry.held_id === id)?.seq;
      return Number.isSafeInteger(seq) ? seq : null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return null;
    }
  }

  /** `by`: what stands in the field already, below 0 to take. */
  adjust({ board, user }, { by = null, reason = "", note = null } = {}) {
    const kind = element("select", { id: "adjust-kind" },
      ["score_increase", "score_decrease", "score"].map((value, at) => element("option", { value }, ["Add", "Take", "Set to"][at])));
    const amount = element("input", { id: "adjust-amount", "data-first": "", inputmode: "numeric", autocomplete: "off", maxlength: 17 });
    if (by !== null) {
      kind.value = by < 0 ? "score_decrease" : "score_increase";
      amount.value = String(Math.abs(by));
    }
    const wish = () => {
      const text = amount.value.trim();
      if (!/^-?[0-9]{1,16}$/.test(text)) throw new Refused(0, "incomplete", "Say how many points, as a whole number.");
      return { [kind.value]: Number(text) };
    };
    // Asked for once more after a break, the same counts once.
    let key = "";
    let shown = "";
    return {
      title: `Adjust the score of ${user}`, go: "Adjust", reason,
      says: says(note ?? "It is an update by hand: it stands in the audit with your name, and counts in the running seasons too."),
      fields: [element("p", {}, element("label", { for: "adjust-kind" }, "What"), kind), element("p", {}, element("label", { for: "adjust-amount" }, "Points"), amount)],
      preview: async () => {
        const body = wish();
        const { score, score_before: before } = await this.#service.write("POST", this.#path(board, user, "adjust", "preview"), body);
        if (shown !== JSON.stringify(body)) key = newKey();
        shown = JSON.stringify(body);
        const change = score - (before ?? 0);
        return { body, before, score, change, words: `${before === null ? "Not on the board yet" : `From ${number(before)}`} to ${number(score)} (${signed(change)}).` };
      },
      run: async (why, seen) => {
        if (JSON.stringify(wish()) !== shown) throw new Refused(0, "incomplete", "It was changed: look what it will do now.");
        const { score, changed } = await this.#service.write("POST", this.#path(board, user, "adjust"), { ...seen.body, reason: why }, { "Idempotency-Key": key });
        return {
          board, user,
          words: changed ? `The score of ${user} was adjusted by ${signed(seen.change)}, to ${number(score)}.` : `The score of ${user} stayed ${number(score)}.`,
          undo: changed && seen.change !== 0 ? () => this.adjust({ board, user }, {
            by: -seen.change, reason: undone(why), note: "The undo of an adjustment is the opposite adjustment. Both stay in the audit, and who was not on the board before stays on it.",
          }) : null,
        };
      },
    };
  }

  /** `seq`: one update; else those of the user `since` a moment, or all. */
  revert({ board, user, standing }, { seq = null, since = null, reason = "" } = {}) {
    const from = element("input", { id: "revert-since", type: "datetime-local", step: "0.001", value: fieldOfTime(since) });
    const until = element("input", { id: "revert-until", type: "datetime-local", step: "0.001" });
    const wish = () => (seq !== null ? { seq } : { user_id: user, since: timeOfField(from), until: timeOfField(until) });
    return {
      title: seq !== null ? `Revert update ${number(seq)} of ${user}` : `Revert updates of ${user}`, go: "Revert", reason,
      says: says("The score becomes what the other updates make. Each update is taken back once, and may be made to count again."),
      fields: seq !== null ? [] : [
        element("p", {}, element("label", { for: "revert-since" }, "Since"), from),
        element("p", {}, element("label", { for: "revert-until" }, "Until"), until),
        element("p", { class: "note" }, "Left empty, all of them.")],
      preview: async () => {
        const body = wish();
        const { updates, points: taken, score, final_seasons: seasons } = await this.#service.write("POST", this.#service.path(board, "audit", "revert", "preview"), body);
        if (updates === 0) return { isNothing: true, words: "There is nothing to take back in that: no update, or each was taken back before." };
        const before = standing?.score ?? standing?.withheld ?? null;
        const becomes = score === null ? "the user leaves the board" : `the score becomes ${number(score)}`;
        return {
          body,
          words: `${number(updates)} ${updates === 1 ? "update" : "updates"} with ${points(taken)} ${updates === 1 ? "is" : "are"} taken back; ${becomes}${before === null ? "" : `, now ${number(before)}`}.${ofSeasons(seasons)}`,
        };
      },
      run: async (why, seen) => {
        const { updates, points: taken, score, final_seasons: seasons } = await this.#service.write("POST", this.#service.path(board, "audit", "revert"), { ...seen.body, reason: why });
        const reverts = await this.#revertsBy(board, user, updates, why);
        return {
          board, user, undo: reverts === null ? null : () => this.unrevert({ board, user }, { reverts, reason: undone(why) }),
          words: `${number(updates)} ${updates === 1 ? "update" : "updates"} of ${user} with ${points(taken)} taken back${score === null ? "; the user has left the board" : `; the score is ${number(score)}`}.${ofSeasons(seasons)}`,
        };
      },
    };
  }

  /** `reverts`: the seqs of those that are undone; else `seq`: the one update that counts again. */
  unrevert({ board, user }, { reverts = null, seq = null, reason = "" }) {
    const wish = reverts === null ? { seq } : { reverts };
    return {
      title: reverts === null ? `Count update ${number(seq)} of ${user} again` : `Undo the revert of updates of ${user}`, go: "Count again", reason,
      says: says("The score becomes what it would be had they never been taken back, and so does the place among equals; and in each season that is kept."),
      preview: async () => {
        const { updates, points: gained, score, final_seasons: seasons } = await this.#service.write("POST", this.#service.path(board, "audit", "unrevert", "preview"), wish);
        if (updates === 0) return { isNothing: true, words: "Nothing of that is taken back any more." };
        return { words: `${number(updates)} ${updates === 1 ? "update counts" : "updates count"} again (${signed(gained)})${score === null ? "" : `; the score becomes ${number(score)}`}.${ofSeasons(seasons)}` };
      },
      run: async (why) => {
        const { updates, points: gained, score, final_seasons: seasons } = await this.#service.write("POST", this.#service.path(board, "audit", "unrevert"), { ...wish, reason: why });
        return {
          board, user,
          words: `${number(updates)} ${updates === 1 ? "update" : "updates"} of ${user} ${updates === 1 ? "counts" : "count"} again (${signed(gained)})${score === null ? "" : `; the score is ${number(score)}`}.${ofSeasons(seasons)}`,
          undo: reverts === null && updates > 0 ? () => this.revert({ board, user, standing: null }, { seq, reason: undone(why) }) : null,
        };
      },
    };
  }

  /** The seqs of the reverts that have just taken so many updates back, for this reason; null: they are not found, or too many for one undo. */
  async #revertsBy(board, user, updates, why) {
    if (updates === 0) return null;
    try {
      const { entries } = await this.#service.read(this.#service.path(board, "audit"), { user_id: user, limit: 200 });
      const seqs = [];
      let missing = updates;
      for (const { action, reason, seq, reverts = [], reverted_entries: more = [] } of Array.isArray(entries) ? entries : []) {
        if (missing <= 0) break;
        if (action !== "revert" || reason !== why || !Number.isSafeInteger(seq)) continue;
        seqs.push(seq);
        missing -= reverts.length + more.length;
      }
      return missing === 0 && seqs.length <= 100 ? seqs : null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return null;
    }
  }

  erase({ board, user }) {
    return {
      title: `Erase ${user}`, go: "Erase for good", typed: user,
      says: says(
        `From the board ${board} all of it goes that has the user's name: the score, also in seasons, the name and picture, the token bucket. This cannot be undone.`,
        "What stays: in the audit the entries with their points, under a pseudonym; a suspension; the name where the user acted as an operator."),
      preview: async () => {
        const held = await this.#service.read(this.#path(board, user, "export"));
        const count = Array.isArray(held.audit) ? held.audit.length : 0;
        const parts = [
          Number.isSafeInteger(held.score) ? `a score of ${number(held.score)}, rank ${number(held.rank ?? 0)}` : null,
          Number.isSafeInteger(held.withheld_score) ? `a score of ${number(held.withheld_score)}, kept while suspended` : null,
          held.seasons?.length ? `scores in ${number(held.seasons.length)} seasons` : null,
          held.metadata ? "what the user says of itself" : null,
          held.idempotency_keys?.length ? `${number(held.idempotency_keys.length)} keys of updates` : null,
          `${number(count)}${held.audit_is_cut ? " and more" : ""} entries of the audit, which stay under a pseudonym`,
        ].filter(Boolean);
        return { words: `Kept of ${user} now: ${parts.join("; ")}.` };
      },
      run: async (why) => {
        const { pseudonym, audit_entries: entries } = await this.#service.write("DELETE", this.#path(board, user), { reason: why });
        return { board, user, undo: null, isErased: true, words: `${user} is erased; ${number(entries)} entries of the audit are under ${pseudonym} now.` };
      },
    };
  }

  freeze(board, reason = "") {
    return {
      title: `Freeze ${board}`, go: "Freeze", reason,
      says: says("Everybody sees the first 100 rows as they are now, until you reveal the board. Updates go on. Operators see all."),
      run: async (why) => {
        const { changed } = await this.#service.write("POST", this.#service.path(board, "freeze"), { reason: why });
        return { board, user: null, words: changed ? `${board} is frozen.` : `${board} was frozen already.`, undo: changed ? () => this.reveal(board, undone(why)) : null };
      },
    };
  }

  reveal(board, reason = "") {
    return {
      title: `Reveal ${board}`, go: "Reveal", reason,
      says: says("Everybody sees the board as it is, at once. (Place by place: leaderboard admin reveal --by-rank.)"),
      run: async (why) => {
        const { changed } = await this.#service.write("POST", this.#service.path(board, "reveal"), { reason: why });
        // What was seen cannot be unseen.
        return { board, user: null, words: changed ? `${board} is revealed.` : `${board} was not frozen.`, undo: null };
      },
    };
  }

  endSeason(board, { window, id, users }) {
    return {
      title: `End season ${id} of ${window}`, go: "End it",
      says: says(`The season ends now with its ${number(users)} ${users === 1 ? "player" : "players"} and their final ranks, and the next one begins empty. This cannot be undone.`),
      run: async (why) => {
        const { season, next } = await this.#service.write("POST", this.#service.path(board, "reset"), { window, season: id, reason: why });
        return { board, user: null, undo: null, words: `Season ${season} of ${window} on ${board} has ended; ${next} runs.` };
      },
    };
  }

  /** `before`: null where there is none yet. `text`: the new one, as JSON. */
  define(name, before, text, after) {
    const changes = differences(before, after);
    return {
      title: before ? `Change ${name}` : `Make the board ${name}`, go: before ? "Change" : "Make", needsReason: false,
      says: changes.length > 0
        ? [element("p", {}, "It holds at once for all instances. Definitions have versions, and no reasons."), element("ul", { class: "changes" }, changes.map((change) => element("li", {}, change)))]
        : says(before ? "Nothing would change." : "It is made with all defaults."),
      run: async () => {
        const condition = before ? { "If-Match": `"${before.version}"` } : { "If-None-Match": "*" };
        const stored = await this.#service.write("PUT", this.#service.path(name), text, condition);
        return {
          board: name, user: null, definition: stored,
          words: before ? `${name} is changed: version ${stored.version}.` : `${name} is made.`,
          undo: before ? () => this.define(name, stored, JSON.stringify(editable(before)), editable(before)) : () => this.#remove(name, stored),
        };
      },
    };
  }

  #remove(name, { version }) {
    return {
      title: `Delete ${name} again`, go: "Delete", needsReason: false,
      says: says("It goes only as long as nothing is kept of it: once somebody has scored, the service refuses."),
      run: async () => {
        await this.#service.write("DELETE", this.#service.path(name), null, { "If-Match": `"${version}"` });
        return { board: name, user: null, definition: null, words: `${name} is deleted.`, undo: null };
      },
    };
  }

  #path(board, user, ...parts) {
    return this.#service.path(board, "users", user, ...parts);
  }

  #ofUser({ board, user }, { path, done, ...act }) {
    return {
      ...act,
      run: async (reason) => ({ board, user, ...done(await this.#service.write("POST", this.#path(board, user, ...path), { reason }), reason) }),
    };
  }
}

/** What an undo from an entry of the audit is asked for: a revert, or an update that was taken back. */
export const askedBy = ({ action, seq }) => (action === "revert" ? { reverts: [seq] } : { seq });

/** Of a definition what can be sent. */
export function editable(definition) {
  const { name, version, frozen, parts, ...rest } = definition;
  return rest;
}

/** In words, member by member. */
function differences(before, after) {
  const old = before ? editable(before) : {};
  const names = [...new Set([...Object.keys(old), ...Object.keys(after)])];
  const words = (value) => (value === undefined ? "the default" : JSON.stringify(value));
  return names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(after[name]))
    .map((name) => (before ? `${name}: ${words(old[name])} → ${words(after[name])}` : `${name}: ${words(after[name])}`));
}
