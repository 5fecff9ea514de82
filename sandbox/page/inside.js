/**
 * Beside the conversations: what goes on inside. The traffic, what the app did, its own queues, the repository, the clock.
 *
 * It draws what the sandbox tells and holds nothing of its own. Each part is in `inside-parts.js`.
 */

import { h, iconButton, keep } from "./dom.js";
import { ask, every } from "./inside-ask.js";
import { CLOCK, DEEDS, GIT, QUEUES, TRAFFIC } from "./inside-parts.js";

const LOOK_EVERY_MS = 1000;
const PARTS = [TRAFFIC, DEEDS, QUEUES, GIT, CLOCK];

/** Puts the panel into `pane`, with a button in `bar` that opens and closes it. */
export function mountInside(pane, bar) {
  const toggle = h("button.button.inside-toggle", { type: "button", "aria-expanded": "false", "aria-controls": pane.id }, "Inside");
  const tabs = h("div.inside-tabs", { role: "tablist", "aria-label": "What to look at" });
  const body = h("div.inside-body", { role: "tabpanel", id: "inside-body", tabindex: 0 });
  let part = TRAFFIC;
  let stop = () => {};

  pane.ariaLabel = "Inside";
  pane.append(h("header.place", {}, h("h2", {}, "Inside"), iconButton("close", "Close Inside", close)), tabs, body);
  toggle.addEventListener("click", () => (pane.hidden ? open() : close()));
  pane.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
  });
  tabs.addEventListener("keydown", onArrow);
  bar.append(toggle);

  function open() {
    pane.hidden = false;
    toggle.ariaExpanded = "true";
    choose(part);
    tabs.querySelector("[aria-selected=true]").focus();
  }

  function close() {
    stop();
    pane.hidden = true;
    toggle.ariaExpanded = "false";
    toggle.focus();
  }

  function choose(chosen) {
    stop();
    part = chosen;
    body.replaceChildren();
    keep(tabs, PARTS.map((each) => ({ key: each.name, stamp: each === part, draw: () => tab(each) })));
    body.setAttribute("aria-labelledby", `inside-${part.name}`);
    stop = every(() => LOOK_EVERY_MS, look);
  }

  async function look() {
    const looked = part;
    const answers = await Promise.all([ask("/sandbox/clock"), ...looked.paths.map(ask)]);
    if (looked !== part || pane.hidden) return;
    if (answers.every((each) => each.ok)) keep(body, looked.draw(answers, look));
    else keep(body, [{ key: "lost", stamp: "", draw: () => h("p.empty", {}, "The sandbox does not answer.") }]);
  }

  function tab(each) {
    const isChosen = each === part;
    const about = { type: "button", role: "tab", id: `inside-${each.name}`, "aria-controls": "inside-body" };
    const state = { "aria-selected": String(isChosen), tabindex: isChosen ? 0 : -1, onclick: () => choose(each) };
    return h("button", { ...about, ...state }, each.title);
  }

  function onArrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(PARTS.at((PARTS.indexOf(part) + step) % PARTS.length));
    tabs.querySelector("[aria-selected=true]").focus();
  }
}
