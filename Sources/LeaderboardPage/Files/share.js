// The address of the page as it is, handed on: by what the device has for that, or to be pasted.

/** How long it says that it was done. */
const saysFor = 2_000;

/** `button` is given a click; `address()` says what is shared. Hidden where a page may do neither. */
export function shareBy(button, address) {
  const words = button.textContent;
  const canShare = typeof navigator.share === "function" && matchMedia("(pointer: coarse)").matches;
  button.hidden = !canShare && !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      if (canShare) return await navigator.share({ url: address() });
      await navigator.clipboard.writeText(address());
      button.textContent = "Copied";
    } catch (problem) {
      // Who changed their mind need not be told.
      if (problem.name === "AbortError") return;
      button.textContent = "Not possible";
    }
    setTimeout(() => (button.textContent = words), saysFor);
  });
}
