// The player: it shows a story and moves through it alone. Streamlit calls the default export again on the same
// element, without cleaning up, whenever data or theme change; a call therefore means "update".

import { Clock } from "./clock.js";
import { showCode } from "./code.js";
import { Explainer } from "./explain.js";
import { build } from "./frame.js";
import { formula } from "./formula.js";
import { Questioner } from "./question.js";
import { copyLink } from "./save.js";
import { isDark } from "./theme.js";
import { Picture } from "./view.js";

const players = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector?.(".studio-player") ?? parentElement.appendChild(element("studio-player"));
  if (!players.has(host)) players.set(host, new Player(host));
  const player = players.get(host);
  player.send = setTriggerValue ? (question) => setTriggerValue("ask", question) : null;
  if (player.received !== data) player.update(typeof data === "string" ? JSON.parse(data) : data);
  else player.recolour();
  player.received = data;
  return () => {
    players.get(host)?.close();
    players.delete(host);
  };
}

function element(name) {
  const made = document.createElement("div");
  made.className = name;
  return made;
}

export class Player {
  constructor(host) {
    this.host = host;
    this.pictures = new Map();
    this.turn = 0;
    this.clock = new Clock(1, {
      move: (position) => Promise.all([...this.pictures.values()].map((picture) => picture.run(position))),
      arrive: (step) => this.tell(step),
      change: () => this.showPlaying(),
    });
    this.saved = new URLSearchParams(location.search).get("step");
  }

  update(story) {
    const same = this.story?.id === story.id;
    const atEnd = this.story && this.clock.step >= this.story.steps.length - 1;
    const shape = JSON.stringify([story.labels, story.views.map((view) => [view.id, view.wide])]);
    if (shape !== this.shape) this.rebuild(story, shape);
    this.story = story;
    this.clock.length = story.steps.length;
    let step = same ? this.clock.step : story.start;
    if (story.follow && (!same || atEnd)) step = story.steps.length - 1;
    if (this.saved !== null && story.linked) step = Number(this.saved) || 0; // the link that brought us here
    this.saved = null;
    this.explainer.story = story;
    this.explainer.send = this.send;
    if (!same) this.clock.stop();
    if (!story.follow) this.explainer.close(); // other numbers now; a run that goes on only adds to them
    this.draw(Math.max(0, Math.min(step, story.steps.length - 1)));
    const told = new URLSearchParams(location.search).get("step"); // another input's, or a step there is not
    if (told !== null && told !== String(this.clock.step)) this.saveStep(this.clock.step); // (if it is linked)
  }

  /** The same story again: only the theme may be another one. */
  recolour() {
    if (isDark(this.host) !== this.dark) this.draw(this.clock.step);
  }

  draw(step) {
    const dark = (this.dark = isDark(this.host)), font = getComputedStyle(this.host).fontFamily;
    this.parts.root.classList.toggle("dark", dark);
    this.parts.scrubber.max = this.story.steps.length - 1;
    this.markChapters();
    this.clock.step = this.clock.position = step;
    const turn = ++this.turn; // a later drawing, or the end, calls this one off
    const show = (view) => this.pictures.get(view.id).show(view, this.clock.step, dark, font);
    for (const view of this.story.views) {
      const { figure } = this.pictures.get(view.id);
      figure.querySelector("h2").textContent = view.title;
      figure.querySelector(".hint").textContent = view.hint;
    }
    const [first, ...others] = this.story.views;
    show(first).then(() => { // the overview is what one came to see: the others do not delay it
      if (turn === this.turn) for (const view of others) show(view);
    });
    this.tell(step, false);
  }

  rebuild(story, shape) {
    this.pictures.forEach((picture) => picture.close());
    this.shape = shape;
    const move = (act) => (...how) => { this.bringIntoSight(); act(...how); };
    this.parts = build(this.host, story, {
      go: move((step, glide) => { this.clock.pause(); this.clock.go(step, glide); }),
      by: move((steps) => { this.clock.pause(); this.clock.go(this.clock.step + steps); }),
      chapter: move((direction) => { this.clock.pause(); this.clock.go(this.chapterStart(direction)); }),
      toggle: move(() => (this.clock.playing ? this.clock.pause() : this.clock.play())),
      speed: (value) => (this.clock.speed = value),
      last: () => this.story.steps.length - 1,
      copyLink: () => copyLink(this.clock.step),
      save: (view, kind) => this.pictures.get(view).save(kind),
    });
    this.explainer?.finish();
    const { labels } = story, { asked, name, lines, back, close } = this.parts.equation;
    this.explainer = new Explainer(
      { box: asked, name, lines, back, close },
      { labels, send: this.send, shown: (told) => this.showLines(told) },
    );
    this.questioner = new Questioner(this.parts.question, labels);
    const ask = (address) => this.explainer.ask(address);
    this.pictures = new Map(
      story.views.map((view) => [view.id, new Picture(this.parts.figures.get(view.id), labels, ask)]),
    );
  }

  /** The leading picture, if its foot lies below the window: whoever moves it wants to see it. */
  bringIntoSight() {
    const { lead, bar } = this.parts, { top, bottom } = lead.getBoundingClientRect();
    const head = parseFloat(getComputedStyle(bar).top) || 0, foot = innerHeight - bar.offsetHeight - 8;
    const down = Math.min(bottom - foot, top - head);
    if (!lead.childElementCount || down <= 1) return;
    lead.style.scrollMarginTop = `${top - down}px`; // as little as shows it whole
    lead.scrollIntoView({ block: "start", behavior: this.clock.calm ? "instant" : "smooth" });
  }

  /** The first step of the next chapter, or of this one, or of the one before. */
  chapterStart(direction) {
    const { steps } = this.story, now = this.clock.step;
    const starts = steps.map((_, i) => i).filter((i) => i === 0 || steps[i].chapter !== steps[i - 1].chapter);
    return direction > 0 ? (starts.find((i) => i > now) ?? steps.length - 1) : (starts.findLast((i) => i < now) ?? 0);
  }

  tell(step, byUser = true) {
    const { steps, labels, views, chapters, formulas } = this.story, told = steps[step], { parts } = this;
    parts.root.dataset.step = step;
    parts.root.dataset.steps = steps.length;
    parts.scrubber.value = step;
    const of = labels.step_of.replace("{step}", step + 1).replace("{steps}", steps.length);
    parts.scrubber.setAttribute("aria-valuetext", `${of}: ${told.title}`);
    parts.count.textContent = `${step + 1} / ${steps.length}`;
    parts.telling.chapter.textContent = chapters[told.chapter] ?? "";
    parts.telling.title.textContent = told.title;
    parts.telling.text.textContent = told.text;
    parts.telling.recall.textContent = this.questioner.recall(told.question, this.story.id);
    if (byUser) this.explainer.close();
    parts.equation.own.replaceChildren(...formula(formulas, told.formula, this.explainer));
    this.showLines(null);
    for (const view of views) this.pictures.get(view.id).describe(view.alternatives[step] ?? "");
    for (const button of parts.backward) button.disabled = step === 0;
    for (const button of parts.forward) button.disabled = step === steps.length - 1;
    if (byUser) this.saveStep(step);
  }

  /** The running lines of the step, or of the number that explains itself; a question stands in their place. */
  showLines(asked) {
    const { steps, listings = [] } = this.story, { code, question } = this.parts;
    const [number, ...lit] = steps[this.clock.step]?.code ?? [];
    const next = this.clock.playing || this.explainer.open ? null : steps[this.clock.step + 1]?.question;
    const asking = this.questioner.show(next, this.story.id);
    question.box.hidden = !asking;
    if (asked?.listing) showCode(code, asked.listing, asked.lit);
    else showCode(code, listings[number], lit);
    code.box.hidden ||= asking;
    this.showBalance();
  }

  /** At the last step: how sure one was, and how often right. */
  showBalance() {
    const { box, lines } = this.parts.balance, atEnd = this.clock.step === this.story.steps.length - 1;
    const told = atEnd ? this.questioner.balance(this.story.id) : [];
    box.hidden = !told.length;
    lines.replaceChildren(...told.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  }

  /** The step goes into the URL, for a reload or a link; Python sees it when it runs next. */
  saveStep(step) {
    clearTimeout(this.saving);
    if (!this.story.linked) return;
    this.saving = setTimeout(() => {
      const url = new URL(location.href);
      url.searchParams.set("step", step);
      history.replaceState(history.state, "", url);
    }, 400);
  }

  markChapters() {
    const { steps } = this.story, last = Math.max(1, steps.length - 1);
    const marks = steps.flatMap((step, i) => (i && step.chapter !== steps[i - 1].chapter ? [i / last] : []));
    this.parts.marks.replaceChildren(
      ...marks.map((share) => {
        const mark = element("part");
        mark.style.left = `calc(8px + (100% - 16px) * ${share})`;
        return mark;
      }),
    );
  }

  showPlaying() {
    const { play, telling } = this.parts, { labels } = this.story, { playing } = this.clock;
    play.setAttribute("aria-label", playing ? labels.pause : labels.play);
    play.title = playing ? labels.pause : labels.play;
    play.classList.toggle("playing", playing);
    telling.box.setAttribute("aria-live", playing ? "off" : "polite");
    if (!playing) this.showLines(null);
  }

  close() {
    this.turn++;
    clearTimeout(this.saving);
    this.explainer?.finish();
    this.clock.stop();
    this.pictures.forEach((picture) => picture.close());
  }
}
