// Predict, then reveal: a question made from the live numbers, asked before the step that answers it. It never blocks;
// the first answer to each counts, and the score is kept as long as the tab is open.

import { make } from "./frame.js";

const KEPT = "seq2seq-score";

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return {}; // a browser that keeps nothing for a bare file: the score lives as long as the page
  }
}

let score = remembered();

function keep(id, answer) {
  score = { ...remembered(), ...score, [id]: answer };
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(score));
  } catch { /* see above */ }
}

const ENOUGH = 4; // answers, before they say something of one's confidence
const MOSTLY = 0.8; // of the answers one is sure of should be right

function fill(sentence, slots) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => slots[name]);
}

function tally(answers) {
  const count = (sure, right) => answers.filter((a) => a.sure === sure && (!right || a.right)).length;
  return { sure: count(true), sureRight: count(true, true), unsure: count(false), unsureRight: count(false, true) };
}

export class Questioner {
  constructor(parts, labels) {
    Object.assign(this, { parts, labels, question: null });
  }

  /** Show the question, or none. Returns whether one is shown. */
  show(question, storyId) {
    const { box, prompt, options, sure, confidence, verdict } = this.parts;
    box.hidden = !question;
    const id = question && `${storyId}|${question.id}`;
    if (!question || this.id === id) return Boolean(question);
    Object.assign(this, { question, id, tried: new Set(), over: false });
    prompt.textContent = question.prompt;
    sure.checked = false;
    confidence.hidden = false;
    verdict.textContent = "";
    verdict.className = "verdict";
    box.dataset.kind = question.kind;
    options.replaceChildren(
      ...question.options.map((text, number) => {
        const button = make("button", "option", { type: "button" });
        button.textContent = text;
        button.addEventListener("click", () => this.answer(number));
        return button;
      }),
    );
    this.count();
    if (score[id]) this.reveal(score[id].right);
    return true;
  }

  answer(number) {
    if (this.over || this.tried.has(number)) return;
    const { options, verdict, sure } = this.parts, right = number === this.question.right;
    this.tried.add(number);
    if (!score[this.id]) keep(this.id, { right, sure: sure.checked, kind: this.question.kind });
    this.count();
    if (right) return this.reveal(this.tried.size === 1);
    const button = options.children[number];
    button.classList.add("wrong");
    button.setAttribute("aria-disabled", "true");
    verdict.textContent = `✗ ${this.question.replies[number]}`; // each wrong option has its own misconception
    verdict.className = "verdict wrong";
  }

  reveal(first) {
    const { options, verdict, confidence } = this.parts;
    this.over = true;
    confidence.hidden = true;
    options.children[this.question.right].classList.add("right");
    for (const button of options.children) button.setAttribute("aria-disabled", "true");
    verdict.textContent = `${first ? "✓ " : ""}${this.question.why}`;
    verdict.className = "verdict right";
  }

  /** What was right, for the step that answers a question which was answered wrong; else nothing. */
  recall(question, storyId) {
    const answer = question && score[`${storyId}|${question.id}`];
    if (!answer || answer.right) return "";
    return fill(this.labels.was_right, { option: question.options[question.right], why: question.why });
  }

  /** At a story's end: how many answers one was sure of were right, and of the others; here and everywhere. */
  balance(storyId) {
    const everything = Object.entries(score), { labels } = this;
    const here = everything.filter(([id]) => id.startsWith(`${storyId}|`));
    if (!everything.length) return [];
    const [all, own] = [everything, here].map((answers) => tally(answers.map(([, answer]) => answer)));
    const told = here.length ? [fill(labels.balance_here, own)] : [];
    return [...told, fill(labels.balance_all, all), ...this.meaning(all)];
  }

  /** What it says of one's confidence, once there are enough answers. */
  meaning({ sure, sureRight, unsure, unsureRight }) {
    if (sure >= ENOUGH && sureRight < MOSTLY * sure) return [this.labels.overconfident];
    if (unsure >= ENOUGH && unsureRight >= MOSTLY * unsure) return [this.labels.underconfident];
    return sure >= ENOUGH ? [this.labels.well_judged] : [];
  }

  count() {
    const all = Object.values(score), right = all.filter((answer) => answer.right).length;
    const sureAndWrong = all.filter((answer) => answer.sure && !answer.right).length;
    this.parts.score.textContent = all.length
      ? this.labels.score.replace("{right}", right).replace("{asked}", all.length).replace("{sure}", sureAndWrong)
      : "";
  }
}
