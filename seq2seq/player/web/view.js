// One picture: a Vega view in a figure, mounted once for a template, then only given new data, width and step.

import { vegaEmbed } from "./vega.js";
import { save } from "./save.js";
import { config, palette } from "./theme.js";
import { showTip } from "./tip.js";

const REHEARSED = 60, ROOM = 12; // steps at most; milliseconds that must be left of an idle moment for one more

/** Whether the page forbids `eval`, as an exported file does; Vega then interprets its expressions. */
const noEval = Boolean(document.querySelector('meta[http-equiv="Content-Security-Policy"]'));

export class Picture {
  /** `ask(address)` is called with the address of a number that was clicked. */
  constructor(figure, labels, ask) {
    Object.assign(this, { figure, labels, ask });
    this.box = figure.querySelector(".picture");
    this.alternative = figure.querySelector(".alternative");
    this.vega = null;
    this.visible = true;
    this.generation = 0;
    this.step = 0;
    this.seen = new IntersectionObserver((entries) => this.appear(entries.at(-1).isIntersecting), { rootMargin: "200px" });
    this.seen.observe(this.box);
    this.sized = new ResizeObserver(() => this.resize());
    this.sized.observe(this.box);
    this.box.addEventListener("pointerdown", () => (this.touched = true), { capture: true }); // what is picked stays
  }

  /** Show a view of a story; mounts only if the template or the theme is another one. */
  async show(view, step, dark, font) {
    const large = this.figure.closest(".studio-player").clientWidth > 1300; // to be read from the back of a room
    const look = `${view.template}|${dark}|${large}`;
    this.view = view;
    this.step = step;
    if (this.vega && this.look === look) return this.replace(view, step);
    const generation = ++this.generation;
    this.look = look;
    const spec = fill(view, step, palette(dark));
    const width = this.box.clientWidth;
    if (width && view.mode === "vega") spec.width = width;
    try {
      const mounted = await vegaEmbed(document.createElement("div"), spec, {
        mode: view.mode, renderer: "svg", actions: false, defaultStyle: false, config: config(dark, font, large),
        tooltip: showTip, ast: noEval,
      });
      if (generation !== this.generation) return mounted.finalize(); // another story came while this one was drawn
      this.vega?.finalize();
      this.vega = mounted;
      mounted.view.addEventListener("click", (event, item) => this.ask(item?.ask ?? item?.datum?.ask));
      this.box.replaceChildren(mounted.view.container());
      this.box.querySelector("svg")?.setAttribute("aria-hidden", "true");
      if (this.view !== view) this.replace(this.view, this.step);
      this.size = null;
      this.resize();
      this.run(this.step, true);
      this.figure.dataset.ready = "true";
      this.rehearse(this.vega, this.step);
    } catch (error) {
      console.error(`the view "${view.id}" could not be drawn:`, error);
      this.box.textContent = this.labels.failed;
    }
  }

  replace(view, step) {
    const { view: vega } = this.vega;
    for (const [name, rows] of Object.entries(view.data)) vega.data(name, rows);
    for (const [name, value] of Object.entries(view.signals)) vega.signal(name, value);
    this.drawn = step;
    return vega.signal("step", step).runAsync().then(() => anchorGradients(this.box));
  }

  /** Go through the steps and back while nobody does anything, unseen: nothing is painted in between. What runs for the
   *  first time is compiled, and signs that the font lacks are looked for; the first keys would have to wait for that. */
  rehearse(vega, now, from = 0) {
    const { view } = this;
    idle(async (moment) => {
      if (this.vega !== vega || this.view !== view || this.step !== now || this.touched || !this.visible) return;
      const end = Math.min(view.alternatives.length, REHEARSED);
      let step = from;
      while (step < end && moment.timeRemaining() > ROOM) await vega.view.signal("step", step++).runAsync();
      if (step > from) await vega.view.signal("step", now).runAsync();
      if (step < end) this.rehearse(vega, now, step);
      else this.figure.dataset.rehearsed = "true";
    });
  }

  /** Draw at a position of the clock; a picture nobody sees waits until it is seen. */
  async run(position, force = false) {
    this.step = position;
    if (!this.vega || (!this.visible && !force) || (this.drawn === position && !force)) return;
    this.drawn = position;
    await this.vega.view.signal("step", position).runAsync(); // until the picture is drawn, not only computed
  }

  save(kind) {
    return this.vega && save(kind, this.view, this.vega.view, getComputedStyle(this.figure).backgroundColor);
  }

  describe(text) {
    this.alternative.textContent = text;
  }

  appear(visible) {
    this.visible = visible;
    if (visible) this.run(this.step);
  }

  resize() {
    const width = Math.floor(this.box.clientWidth);
    if (!this.vega || !width || width === this.size) return;
    this.size = width;
    this.vega.view.width(width).resize().runAsync().then(() => anchorGradients(this.box));
  }

  close() {
    this.generation++;
    this.seen.disconnect();
    this.sized.disconnect();
    this.vega?.finalize();
    this.vega = null;
  }
}

/** Call with an idle moment, which knows how much of it is left. Not every browser has them: there nothing is idle. */
const idle = window.requestIdleCallback ?? (() => {});

/** Gradients by their name alone: Vega writes the page's address before it, which changes with every step. */
function anchorGradients(box) {
  for (const painted of box.querySelectorAll('[fill^="url("]')) {
    painted.setAttribute("fill", painted.getAttribute("fill").replace(/url\(.*#/, "url(#"));
  }
}

/** The view's template with its data, signals, colours and step put in. */
function fill(view, step, colours) {
  const spec = structuredClone(view.spec);
  const values = { ...colours, ...view.signals, step };
  const named = view.mode === "vega" ? spec.signals : spec.params;
  for (const signal of named) if (signal.name in values) signal.value = values[signal.name];
  if (view.mode === "vega") {
    for (const data of spec.data) if (data.name in view.data) data.values = view.data[data.name];
  } else {
    spec.datasets = { ...spec.datasets, ...view.data };
    if ("height" in view.signals) spec.height = view.signals.height;
  }
  return spec;
}
