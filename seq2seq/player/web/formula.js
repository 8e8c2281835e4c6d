// A formula is MathML of ours with slots `@0`, `@1`, …; what goes into a slot is text and stays text.

export function formula(templates, filled) {
  if (!filled) return [];
  const [number, ...slots] = filled;
  const holder = document.createElement("div");
  holder.innerHTML = templates[number]; // ours alone: no token of a learner is ever in a template
  for (const text of holder.querySelectorAll("mtext")) {
    const slot = /^@(\d+)$/.exec(text.textContent.trim());
    if (slot) {
      text.textContent = slots[Number(slot[1])] ?? "";
      text.classList.add("live");
    }
  }
  return [...holder.childNodes];
}
