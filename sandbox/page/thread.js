/** The right side: a thread. The pane is shared with whatever else stands there; what came last lies above. */

import { drawTimeline, follow, scrollDown } from "./conversation.js";
import { h, iconButton, keep } from "./dom.js";
import { here, placeName, state, thread } from "./workspace.js";
import { composerEntry } from "./writing.js";

/** Draws the open thread; `close()` is for its button. */
export function drawThread(close) {
  const pane = document.getElementById("thread");
  const messages = thread();
  pane.hidden = !messages;
  document.body.classList.toggle("with-thread", !pane.hidden);
  if (pane.hidden) return pane.replaceChildren();
  if (pane.dataset.of !== here.thread || !pane.firstChild) begin(pane, close);
  const list = pane.querySelector(".timeline");
  drawTimeline(list, messages, { isThread: true });
  const status = state.place.statuses[here.thread];
  const says = status ? `${state.app.name} ${status}` : "";
  const line = pane.querySelector(".status");
  if (line.textContent !== says) line.textContent = says;
  return keep(pane.querySelector(".below"), [composerEntry(here.thread, () => scrollDown(list))]);
}

function begin(pane, close) {
  pane.dataset.of = here.thread;
  pane.replaceChildren(
    h("header.place", {},
      h("h2", {}, "Thread"), h("span.muted", {}, placeName()), iconButton("close", "Close thread", close)),
    follow(h("div.timeline", { role: "log", "aria-label": "Thread messages", tabindex: 0 })),
    h("p.status", { role: "status" }),
    h("div.below"),
  );
}
