/// As WCAG 2 reckons it, in the page.
enum Contrast {
    static let script = """
        const colour = (text) => text.match(/[\\d.]+/g).map(Number);
        const over = ([r, g, b, alpha = 1], below) => [r, g, b].map((value, at) => value * alpha + below[at] * (1 - alpha));
        const light = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        const brightness = ([r, g, b]) => 0.2126 * light(r / 255) + 0.7152 * light(g / 255) + 0.0722 * light(b / 255);
        const contrast = (a, b) => {
          const [more, less] = [brightness(a), brightness(b)].sort((a, b) => b - a);
          return (more + 0.05) / (less + 0.05);
        };
        """

    /// Returns the words that can be seen and whose contrast with what is behind them is too low, of some that are enabled.
    static let ofWords = """
        const behind = (part) => {
          const layers = [];
          for (let at = part; at; at = at.parentElement) layers.unshift(colour(getComputedStyle(at).backgroundColor));
          return layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
        };
        const low = [];
        for (const part of document.querySelectorAll("body *")) {
          const isWords = [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
          if (!isWords || !part.checkVisibility() || part.closest(".unseen, .skip, svg, option, noscript")) continue;
          const found = contrast(colour(getComputedStyle(part).color), behind(part));
          if (!(found >= 4.5)) low.push(`${part.tagName} ${part.className} ${part.textContent.trim().slice(0, 30)}: ${found.toFixed(2)}`);
        }
        return low.join("\\n");
        """
}
