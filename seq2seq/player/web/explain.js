// Every number explains itself: a click asks for its equation, found in the story or answered by the server, and the
// numbers of an equation can be asked in turn.

import { formula } from "./formula.js";

const PATIENCE = 8000; // milliseconds until a question to the server counts as lost

export class Explainer {
  /** `parts`: box, name, lines, back, close; `send(question)` asks the server, null where there is none. */
  constructor(parts, { labels, send, shown }) {
    Object.assign(this, { parts, labels, send, shown, story: null, path: [], waiting: null });
    this.answered = (event) => this.take(event.detail);
    addEventListener("seq2seq-answer", this.answered);
    parts.close.addEventListener("click", () => this.close());
    parts.back.addEventListener("click", () => { this.path.pop(); this.ask(this.path.pop()); });
  }

  get open() {
    return this.path.length > 0;
  }

  /** Whether a number at this address can be explained here. */
  knows(address) {
    return Boolean(this.send || this.story?.explanations?.[address]);
  }

  ask(address) {
    if (!address || !this.knows(address)) return;
    this.path.push(address);
    const told = this.story.explanations?.[address];
    if (told) return this.show({ ...told, listing: this.story.explained_listings[told.listing] }, this.story.explained);
    clearTimeout(this.late);
    this.waiting = `${address} ${Math.random().toString(36).slice(2)}`;
    this.late = setTimeout(() => this.fail(), PATIENCE);
    this.unfold(this.labels.asking);
    this.send({ address, ticket: this.waiting });
  }

  take({ ticket, answer, failed }) {
    if (ticket !== this.waiting) return; // another player's, or one nobody waits for any more
    clearTimeout(this.late);
    this.waiting = null;
    if (failed) this.fail(failed);
    else this.show(answer, answer.formulas);
  }

  show(told, formulas) {
    this.unfold(told.name);
    this.parts.lines.replaceChildren(...told.lines.flatMap((line) => formula(formulas, line, this)));
    this.shown(told);
  }

  fail(text = this.labels.failed) {
    this.unfold(text);
    this.parts.lines.replaceChildren();
  }

  /** The card, above or below the bar: where there is more room. */
  unfold(text) {
    const { box, name, back } = this.parts, bar = box.parentElement.getBoundingClientRect();
    box.hidden = false;
    box.classList.toggle("below", bar.top + bar.bottom < innerHeight);
    name.textContent = text;
    back.disabled = this.path.length < 2;
  }

  close() {
    this.path = [];
    this.waiting = null;
    clearTimeout(this.late);
    this.parts.box.hidden = true;
    this.shown(null);
  }

  finish() {
    clearTimeout(this.late);
    removeEventListener("seq2seq-answer", this.answered);
  }
}
