/**
 * The strip below: a guided tour. Each step is one press; what its people did is listed, and the page goes to the result.
 *
 * What a step does is the host's, over the control API. Where there is no tour the strip stays away.
 */

import { h, icon, keep } from "./dom.js";
import { ask, every, order } from "./inside-ask.js";

const WHILE_IT_RUNS_MS = 300;
const OTHERWISE_MS = 2000; // it may be taken in the terminal too
const DONE = { waiting: "to come", running: "under way", done: "done", failed: "failed" };
const REFUSED = { step_under_way: "a step is under way already" };
const BOLD = /\*([^*\n]+)\*/g; // Slack's mark-up, of which a line here needs none
const NARROW = matchMedia("(max-width: 700px)");

/** Puts the tour into `strip`; `show(place)` opens a place as somebody, with a message in sight. */
export function mountTour(strip, show) {
  const steps = h("ol.tour-steps");
  const told = h("div.tour-told");
  const status = h("p.tour-status", { role: "status" });
  const next = h("button.button.primary", { type: "button", onclick: take });
  const fold = h("button.icon-button", { type: "button", "aria-controls": "tour-body", onclick: () => unfold(isFolded) });
  const body = h("div.tour-body", { id: "tour-body" }, told);
  let tour = null;
  let chosen = null; // a step's name; null: the one that was taken last
  let isFolded = false;
  let isTaking = false;

  strip.ariaLabel = "Guided tour";
  strip.append(h("div.tour-head", {}, steps, status, next, fold), body);
  unfold(true);
  every(() => (isTaking || tour?.preparing ? WHILE_IT_RUNS_MS : OTHERWISE_MS), look);

  async function look() {
    const answer = await ask("/sandbox/tour");
    if (answer.ok) draw(answer.tour);
  }

  async function take() {
    const step = coming();
    if (!step || isTaking) return;
    chosen = null;
    isTaking = true;
    next.disabled = true;
    const answer = await order("/sandbox/tour", { step: step.name });
    isTaking = false;
    if (!answer.ok) status.textContent = `That did not work: ${REFUSED[answer.error] ?? answer.detail ?? answer.error}.`;
    else await arrive(answer.tour, step.name);
  }

  async function arrive(newest, name) {
    draw(newest);
    const result = newest.steps.find((each) => each.name === name).beats.findLast((each) => each.place);
    if (!result) return;
    if (NARROW.matches) unfold(false);
    await show(result.place);
  }

  const coming = () => tour?.steps.find((each) => each.state !== "done");
  const last = () => tour.steps.findLast((each) => each.state !== "waiting");

  function draw(newest) {
    const isOver = newest?.steps.length > 0 && newest.steps.every((each) => each.state === "done");
    if (!tour && isOver) unfold(false); // whoever comes after the tour has come for the workspace
    tour = newest;
    strip.hidden = !tour?.steps.length && !tour?.preparing;
    if (strip.hidden) return;
    const step = tour.steps.find((each) => each.name === chosen) ?? last();
    keep(steps, tour.steps.map((each, index) => entry(each, index, each === step)));
    const isAtEnd = body.scrollHeight - body.scrollTop - body.clientHeight < 40;
    keep(told, step ? about(step) : tour.steps.length ? intro() : []);
    if (isAtEnd) body.scrollTop = body.scrollHeight; // what came last is in sight while a step goes on
    drawNext();
  }

  function drawNext() {
    const step = coming();
    const running = tour.steps.find((each) => each.state === "running");
    next.hidden = !step || Boolean(tour.preparing);
    next.disabled = Boolean(running) || isTaking;
    next.textContent = step ? nameOf(step) : "";
    const says = tour.preparing || (running ? "Under way …" : step ? "" : "That was the tour. All of this is yours to try.");
    if (status.textContent !== says) status.textContent = says;
  }

  function nameOf(step) {
    if (step.state === "failed") return `Try again: ${step.title}`;
    return step === tour.steps[0] ? `Start: ${step.title}` : `Next: ${step.title}`;
  }

  function entry(step, index, isShown) {
    const label = `${index + 1}. ${step.title}, ${DONE[step.state]}`;
    const choose = () => ((chosen = step.name), unfold(true), draw(tour));
    const about = { type: "button", title: step.title, "aria-label": label, "aria-current": isShown ? "step" : null };
    const mark = step.state === "done" ? icon("check") : String(index + 1);
    const drawn = () => h(`li.tour-${step.state}`, {}, h("button", { ...about, onclick: choose }, mark));
    return { key: step.name, stamp: `${step.state} ${isShown}`, draw: drawn };
  }

  function intro() {
    const words = `${tour.title}: ${tour.steps.length} steps, each one press. People of this workspace act on the real bot, and you look over their shoulders.`;
    return [{ key: "intro", stamp: words, draw: () => h("p.tour-why", {}, words) }];
  }

  function about(step) {
    const problem = step.problem && { key: "problem", stamp: step.problem, draw: () => h("p.tour-problem", { role: "alert" }, `This step did not show what it should: ${step.problem}`) };
    const head = { key: `head ${step.name}`, stamp: "", draw: () => h("div", {}, h("h2", {}, step.title), h("p.tour-why", {}, step.why)) };
    const beats = { key: `beats ${step.name}`, stamp: step.beats.length, draw: () => h("ol.tour-beats", {}, step.beats.map(beat)) };
    return [head, problem, beats].filter(Boolean);
  }

  function beat({ who, text, place }) {
    const go = () => (NARROW.matches && unfold(false), show(place));
    return h("li", {},
      h("b", {}, who), h("span.tour-text", {}, text.replace(BOLD, "$1")),
      place && h("button.tour-show", { type: "button", "aria-label": `Show: ${who}`, onclick: go }, "Show"));
  }

  function unfold(isOpen) {
    isFolded = !isOpen;
    body.hidden = isFolded;
    fold.ariaExpanded = String(isOpen);
    fold.ariaLabel = isOpen ? "Fold the tour" : "Unfold the tour";
    fold.replaceChildren(icon("back"));
  }
}
