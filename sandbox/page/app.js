/** The page: brings its parts together, and goes from place to place. */

import { drawConversation, follow, scrollDown } from "./conversation.js";
import { ctx } from "./ctx.js";
import { h, icon, iconButton } from "./dom.js";
import { mountInside } from "./inside.js";
import { openKeys, openJump } from "./jump.js";
import { drawModal } from "./modal.js";
import { bringForward, sharePane } from "./pane.js";
import { drawLost, drawSidebar } from "./places.js";
import { drawThread } from "./thread.js";
import { mountTour } from "./tour.js";
import { APP, act, enter, here, placeName, refresh, state, watch } from "./workspace.js";

const PERMALINK = /\/archives\/(\w+)\/p(\d{10})(\d{6})/;
const $ = (id) => document.getElementById(id);

async function go(at, tab = "messages") {
  const isNarrow = document.body.classList.contains("with-sidebar");
  showSidebar(false);
  await enter({ at, tab, editing: null });
  scrollDown($("timeline"));
  if (isNarrow || document.activeElement === document.body) $("place-name").focus();
  if (at === APP) await act({ do: "open_home", tab });
}

async function become(person) {
  await enter({ me: person, editing: null });
  if (here.at === APP && state.dm) await act({ do: "open_home", tab: here.tab });
}

async function openThread(ts) {
  Object.assign(here, { thread: ts, editing: null });
  bringForward($("thread"));
  await refresh();
  document.querySelector("#thread textarea")?.focus();
}

function closeThread() {
  const root = here.thread;
  Object.assign(here, { thread: null, editing: null });
  draw();
  [...document.querySelectorAll("#timeline > article")].find((each) => each.dataset.key === root)?.focus();
}

/** `ts` is null to stop; a first message stands in the place and in its thread, so `isThread` says where. */
function edit(ts, isThread = false) {
  here.editing = ts && { ts, isThread };
  draw();
  document.querySelector(".editing textarea")?.focus();
}

/** Links to messages of this workspace lead to them here: to the place, with the message and its thread beside it. */
async function followPermalink(event) {
  const address = event.target.closest?.("a[href]")?.href ?? "";
  const [, at, seconds, rest] = PERMALINK.exec(address) ?? [];
  if (!state.channels.some((each) => each.id === at)) return;
  event.preventDefault();
  await go(at === state.dm ? APP : at);
  await openThread(new URL(address).searchParams.get("thread_ts") ?? `${seconds}.${rest}`);
}

/** Opens a place as somebody, with one message in sight: for what stands beside the conversations. */
async function show({ viewer, at, tab, thread, ts }) {
  showSidebar(false);
  await enter({ me: viewer, at, tab, editing: null });
  scrollDown($("timeline"));
  if (at === APP) await act({ do: "open_home", tab });
  if (thread) await openThread(thread);
  const shown = [...document.querySelectorAll("#thread article, #timeline > article")];
  const message = shown.find((each) => [ts, `${ts} only`].includes(each.dataset.key));
  const isTall = message?.offsetHeight > message?.parentElement.clientHeight;
  message?.scrollIntoView({ block: isTall ? "start" : "center" });
  message?.focus({ preventScroll: true });
}

function showSidebar(isShown) {
  document.body.classList.toggle("with-sidebar", isShown);
  $("menu").ariaExpanded = String(isShown);
  if (isShown) $("person").focus();
}

function draw() {
  const calls = state.channels.reduce((sum, each) => sum + each.calls, 0);
  document.title = `${calls ? `(${calls}) ` : ""}${placeName()} · ${state.team.name}`;
  drawSidebar(go);
  drawConversation(go);
  drawThread(closeThread);
  drawModal();
}

function onKey(event) {
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openJump(go);
  } else if (isCommand && event.key === "/") {
    event.preventDefault();
    openKeys();
  } else if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open], .menu")) {
    if (here.editing) edit(null);
    else if (here.thread) closeThread();
    showSidebar(false);
  }
}

$("menu").append(icon("menu"));
$("menu").addEventListener("click", () => showSidebar(!document.body.classList.contains("with-sidebar")));
$("sidebar").querySelector(".workspace").append(iconButton("keys", "Keyboard", openKeys));
$("jump").prepend(icon("search"));
$("jump").addEventListener("click", () => openJump(go));
$("person").addEventListener("change", (event) => become(event.target.value));
$("place-name").tabIndex = -1;
document.body.append(h("button.curtain", { type: "button", tabindex: -1, "aria-hidden": "true", onclick: () => showSidebar(false) }));
document.addEventListener("keydown", onKey);
document.addEventListener("click", followPermalink);
follow($("timeline"));
sharePane($("thread"), $("inside"));
Object.assign(ctx, { openThread, edit });
mountInside($("inside"), document.querySelector("main > .place"));
mountTour($("tour"), show);
watch((isThere) => (isThere ? draw() : drawLost()));
