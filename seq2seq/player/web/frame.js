// The player's frame: controls, telling and figures as plain DOM, and the keys that move it.

const ICONS = {
  first: "M6 5h2v14H6zM20 5v14L9 12z", previous: "M17 5v14L7 12z", next: "M7 5v14l10-7z",
  link: "M9.6 14.4l4.8-4.8M8 12l-2 2a3.5 3.5 0 0 0 5 5l2-2M16 12l2-2a3.5 3.5 0 0 0-5-5l-2 2",
  last: "M16 5h2v14h-2zM4 5v14l11-7z", play: "M7 4v16l13-8z", pause: "M6 5h4v14H6zM14 5h4v14h-4z",
};

/** Build the frame inside `host`; `act` says what its controls do. Returns the parts that change. */
export function build(host, story, act) {
  const { labels } = story;
  const root = make("section", "player", { ...(labels.lang && { lang: labels.lang }), tabindex: 0, "aria-label": `${labels.player}: ${story.title}`, "data-testid": "player" });
  const figures = new Map(story.views.map((view) => [view.id, figure(view, labels, act)]));
  const [first, previous, play, next, last] = [
    button(labels.first, "first", () => act.go(0, false)),
    button(labels.previous, "previous", () => act.by(-1)),
    button(labels.play, "play", () => act.toggle()),
    button(labels.next, "next", () => act.by(1)),
    button(labels.last, "last", () => act.go(act.last(), false)),
  ];
  play.append(icon("pause"));
  const marks = make("div", "parts", { "aria-hidden": "true" });
  const scrubber = make("input", "scrubber", { type: "range", min: 0, step: 1, "aria-label": labels.scrubber });
  scrubber.addEventListener("input", () => act.go(Number(scrubber.value), false));
  const track = make("div", "track");
  track.append(marks, scrubber);
  const count = make("span", "count", { "aria-hidden": "true" });
  const speed = make("select", "speed", { "aria-label": labels.speed, title: labels.speed });
  for (const value of [0.5, 1, 2, 4]) speed.append(new Option(`${value}×`, value, value === 1, value === 1));
  speed.addEventListener("change", () => act.speed(Number(speed.value)));
  const bar = make("div", "bar", { role: "group", "aria-label": labels.player, title: labels.keys });
  const link = button(labels.copy_link, "link", async () => {
    await act.copyLink();
    link.dataset.said = labels.copied;
    setTimeout(() => delete link.dataset.said, 1800);
  });
  bar.append(first, previous, play, next, last, track, count, speed, link);
  link.hidden = location.protocol === "file:"; // an exported file has no address worth sending

  const words = make("div", "words");
  const telling = tellingParts();
  const equation = equationParts(labels);
  const code = codeParts(labels);
  const question = questionParts(labels);
  const beside = make("div", "beside");
  const balance = balanceParts(labels);
  beside.append(question.box, balance.box, code.box);
  words.append(telling.box, equation.box, beside);
  bar.append(equation.asked);

  const details = make("div", "details");
  const [wide, narrow] = [true, false].map((is) => story.views.filter((view) => Boolean(view.wide) === is));
  details.append(...narrow.map((view) => figures.get(view.id)));
  // an overview leads, and the bar stays in reach below it; a story of small pictures alone begins with its bar
  const lead = make("div", "lead");
  lead.append(...wide.map((view) => figures.get(view.id)));
  if (wide.length) root.append(lead, words, bar, details);
  else root.append(bar, words, details);
  root.classList.toggle("led", wide.length > 0);
  words.classList.toggle("plain", !story.formulas.length);
  root.addEventListener("keydown", (event) => key(event, act));
  host.replaceChildren(root);
  return {
    root, lead, bar, figures, scrubber, marks, count, play, telling, equation, code, question, balance,
    backward: [first, previous], forward: [next, last],
  };
}

function tellingParts() {
  const box = make("div", "telling", { "aria-live": "polite" });
  const [chapter, title, text] = [make("p", "chapter"), make("h3", "title"), make("p", "text")];
  const recall = make("p", "recall"); // what was right, after a wrong answer
  box.append(chapter, title, text, recall);
  return { box, chapter, title, text, recall };
}

/** The step's formula; and a card, in reach wherever one has scrolled to, that says where a number comes from. */
function equationParts(labels) {
  const box = make("div", "equation"), own = make("div", "formula");
  const asked = make("div", "asked", { role: "group", "aria-label": labels.explained, "aria-live": "polite" });
  const [name, lines] = [make("p", "name"), make("div", "formula")];
  const [back, close] = [textButton(labels.back, "back"), textButton(labels.close, "close")];
  const head = make("div", "head");
  head.append(name, back, close);
  asked.append(head, lines);
  asked.hidden = true;
  asked.addEventListener("keydown", (event) => event.key === "Escape" && close.click());
  const hint = make("p", "invitation");
  hint.textContent = labels.explain;
  box.append(own, hint);
  return { box, own, asked, name, lines, back, close };
}

function codeParts(labels) {
  const box = make("section", "code", { "aria-label": labels.code });
  const caption = make("header"), [place, title] = [make("code"), make("span")];
  title.textContent = labels.code;
  caption.append(title, place);
  const lines = make("pre", "", { tabindex: 0, "aria-label": labels.code });
  box.append(caption, lines);
  return { box, place, lines };
}

function questionParts(labels) {
  const box = make("section", "question", { "aria-label": labels.predict });
  const [mark, prompt, options] = [make("p", "mark"), make("p", "prompt", { id: "prompt" }), make("div", "options")];
  mark.textContent = labels.predict;
  options.setAttribute("role", "group");
  options.setAttribute("aria-labelledby", "prompt");
  const sure = make("input", "", { type: "checkbox" }), confidence = make("label", "sure");
  confidence.append(sure, labels.sure);
  const [verdict, score] = [make("p", "verdict", { "aria-live": "polite" }), make("p", "score")];
  box.append(mark, prompt, options, confidence, verdict, score);
  box.hidden = true;
  return { box, prompt, options, sure, confidence, verdict, score };
}

/** At a story's end: the answers one was sure of, and the others. */
function balanceParts(labels) {
  const box = make("section", "balance", { "aria-label": labels.balance });
  const mark = make("p", "mark"), lines = make("div", "lines");
  mark.textContent = labels.balance;
  box.append(mark, lines);
  box.hidden = true;
  return { box, lines };
}

function key(event, act) {
  const at = event.target, typing = at.matches("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing && !["PageUp", "PageDown"].includes(event.key)) return; // the scrubber's own keys count once
  if (event.key === " " && at.matches("button, summary")) return; // stays the button's
  const actions = {
    ArrowRight: () => act.by(1), ArrowLeft: () => act.by(-1), Home: () => act.go(0, false),
    End: () => act.go(act.last(), false), PageDown: () => act.chapter(1), PageUp: () => act.chapter(-1),
    " ": () => act.toggle(),
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  actions[event.key]();
}

function figure(view, labels, act) {
  const made = make("figure", view.wide ? "wide" : "", { "data-view": view.id });
  const caption = make("figcaption");
  const tools = make("details", "tools"), summary = make("summary", "", { "aria-label": labels.save, title: labels.save });
  summary.textContent = "⤓";
  const kinds = ["SVG", "PNG", "CSV"].map((kind) => {
    const made = make("button", "", { type: "button", "aria-label": `${labels.save}: ${view.title}, ${kind}` });
    made.textContent = kind;
    made.addEventListener("click", () => { tools.open = false; act.save(view.id, kind.toLowerCase()); });
    return made;
  });
  const menu = make("div", "menu");
  menu.append(...kinds);
  tools.append(summary, menu);
  caption.append(make("h2"), make("p", "hint"), tools);
  const alternative = make("p", "alternative", { id: `alternative-${view.id}` });
  const picture = make("div", "picture", { role: "img", "aria-labelledby": alternative.id });
  // the room a picture needs is kept free from the start, so that nothing jumps when it comes
  picture.style.minHeight = `${view.signals.height ?? view.spec.height ?? 200}px`;
  made.append(caption, picture, alternative);
  return made;
}

function button(label, name, act) {
  const made = make("button", name, { type: "button", "aria-label": label, title: label });
  made.append(icon(name));
  made.addEventListener("click", act);
  return made;
}

function textButton(label, name) {
  const made = make("button", name, { type: "button" });
  made.textContent = label;
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function make(tag, name = "", attributes = {}) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
