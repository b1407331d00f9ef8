// Light, dark or the system's choice, the wall display, and whether the page is that of a board by its name. A classic script in the head, so that the first paint is right.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const choices = ["auto", "light", "dark"];
  let choice = "auto";
  try {
    const kept = localStorage.getItem("theme");
    if (choices.includes(kept)) choice = kept;
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }

  const query = new URLSearchParams(location.search);
  const display = query.get("display");
  const isOfBoard = location.pathname === "/" || location.pathname.startsWith("/boards/");
  if (isOfBoard && ["tv", "podium"].includes(display)) {
    root.dataset.display = display;
    // Only there.
    const sheet = document.createElement("link");
    Object.assign(sheet, { rel: "stylesheet", href: new URL("screen.css", document.currentScript.src).href });
    sheet.setAttribute("blocking", "render");
    document.head.append(sheet);
  }
  if (location.pathname.startsWith("/boards/")) root.dataset.board = "named";
  if (choices.includes(query.get("theme"))) choice = query.get("theme");

  const apply = () => {
    root.dataset.theme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
    const button = document.getElementById("theme");
    if (!button) return;
    button.textContent = choice[0].toUpperCase() + choice.slice(1);
    button.setAttribute("aria-label", `Theme: ${choice}`);
  };

  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme")?.addEventListener("click", () => {
      choice = choices[(choices.indexOf(choice) + 1) % choices.length];
      try {
        localStorage.setItem("theme", choice);
      } catch {
        // As above.
      }
      apply();
    });
  });
})();
