// A formula is MathML of ours with slots `@0`, `@1`, …; what goes into a slot is text and stays text. A slot that is a
// pair (text, address) is a number that can be asked where it comes from.

/** A formula [number of its template, ...slots] as nodes. */
export function formula(templates, filled, explainer = null) {
  if (!filled) return [];
  const [number, ...slots] = filled;
  const holder = document.createElement("div");
  holder.innerHTML = templates[number]; // ours alone: no token of a learner is ever in a template
  for (const text of holder.querySelectorAll("mtext")) {
    const slot = /^@(\d+)$/.exec(text.textContent.trim());
    if (slot) fill(text, slots[Number(slot[1])] ?? "", explainer);
  }
  space(holder);
  for (const math of holder.children) {
    // numbers that can be asked are buttons, and what has buttons in it is a group
    if (math.querySelector(".asks")) math.setAttribute("role", "group");
  }
  return [...holder.childNodes];
}

/** Room that a browser leaves out: round a sign that a line begins with, and after ln where a number follows.
 *  A number is an `mtext`, which counts as space: a sign before nothing else stands alone. */
function space(holder) {
  for (const sign of holder.querySelectorAll("mrow > mo:first-child")) {
    if (sign.textContent !== "=") continue;
    sign.setAttribute("lspace", "0");
    sign.setAttribute("rspace", "0");
    sign.style.marginInline = "0.2778em";
  }
  for (const name of holder.querySelectorAll("mi:has(+ mtext)")) {
    if (/^(ln|log)$/.test(name.textContent)) name.style.marginInlineEnd = "0.16em";
  }
}

function fill(place, slot, explainer) {
  const [text, address] = Array.isArray(slot) ? slot : [slot, null];
  place.textContent = text;
  if (!/^\d+$/.test(text)) place.classList.add("live"); // an index is not a number of the learner
  if (!address || !explainer?.knows(address)) return;
  place.classList.add("asks");
  place.setAttribute("role", "button");
  place.setAttribute("tabindex", "0");
  place.addEventListener("click", () => explainer.ask(address));
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation(); // not the player's "play"
    explainer.ask(address);
  });
}
