// Files of what is read of the audit, made in the page.

const columns = ["id", "time", "action", "user_id", "score_increase", "score", "seq", "ip", "actor", "reason", "request_id", "flags", "reverted", "hidden"];

export const asNDJSON = (entries) => entries.map(({ raw }) => `${JSON.stringify(raw)}\n`).join("");

/** RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it. */
export function asCSV(entries) {
  const cell = (value) => {
    if (value === undefined || value === null) return "";
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    if (Array.isArray(value)) return cell(value.join(" "));
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = entries.map(({ raw }) => columns.map((column) => cell(raw[column])).join(","));
  return [columns.join(","), ...rows, ""].join("\r\n");
}

export function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: name });
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
