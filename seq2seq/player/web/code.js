// The lines of our own source that computed what the step shows, the running ones lit.

import { make } from "./frame.js";

/** Show a listing {file, function, lines: [[number, text], …]} with the lines `lit`, counted from 0. */
export function showCode(parts, listing, lit) {
  parts.box.hidden = !listing;
  if (!listing) return;
  const name = `${listing.file} · ${listing.function}`;
  if (parts.shown !== name) {
    parts.shown = name;
    parts.place.textContent = name;
    parts.lines.replaceChildren(
      ...listing.lines.map(([number, text]) => {
        const line = make("span", "line");
        line.dataset.number = number;
        line.textContent = `${text}\n`;
        return line;
      }),
    );
  }
  const now = `${name} ${lit}`;
  if (parts.running === now) return;
  parts.running = now;
  const running = new Set(lit);
  [...parts.lines.children].forEach((line, i) => line.classList.toggle("lit", running.has(i)));
  const first = parts.lines.children[lit[0]];
  if (first) requestAnimationFrame(() => { // with the frame's own layout: asking for places now would force one more
    parts.lines.scrollTop = Math.max(0, first.offsetTop - parts.lines.offsetTop - 24);
  });
}
