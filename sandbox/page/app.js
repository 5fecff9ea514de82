/** The page: draws the workspace as one person sees it, and goes from place to place. */

import { drawBlocks, readState, showErrors } from "./blocks.js";
import { avatar, h, icon, iconButton, keep } from "./dom.js";
import { arrowKeys, timeline } from "./messages.js";
import { plain } from "./text.js";
import {
  APP,
  act,
  channel,
  ctx,
  here,
  messagesHere,
  placeId,
  placeName,
  refresh,
  state,
  unread,
  watch,
} from "./workspace.js";
import { composerEntry } from "./writing.js";

const $ = (id) => document.getElementById(id);
const filledIn = new Map(); // by view: what was filled in and not sent
const awayFromEnd = new WeakSet(); // timelines the person has scrolled up in
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) if (!awayFromEnd.has(target)) scrollDown(target);
});

// Where one is.

async function go(at, tab = "messages") {
  Object.assign(here, { at, tab, thread: null });
  showSidebar(false);
  await refresh();
  scrollDown($("timeline"));
  if (at === APP) await act({ do: "open_home", tab });
}

async function become(person) {
  here.me = person;
  here.thread = null;
  unread.clear();
  if (here.at === APP) await go(APP, here.tab);
  else await refresh();
}

async function openThread(ts) {
  here.thread = ts;
  draw();
  document.querySelector("#thread textarea")?.focus();
}

function closeThread() {
  here.thread = null;
  draw();
}

function showSidebar(isShown) {
  document.body.classList.toggle("with-sidebar", isShown);
  $("menu").ariaExpanded = String(isShown);
}

// Drawing.

function draw() {
  unread.delete(placeId());
  $("team").textContent = state.team.name;
  document.title = `${placeName()} · ${state.team.name}`;
  drawPerson();
  drawPlaces();
  drawPlace();
  drawThread();
  drawModal();
  const isConnected = state.mode === "http" || state.connections > 0;
  $("presence").textContent = `${state.app.name} is ${isConnected ? "connected" : "not connected"}`;
  $("presence").className = isConnected ? "presence on" : "presence";
}

function drawLost() {
  $("presence").textContent = "The sandbox does not answer. Trying again.";
  $("presence").className = "presence lost";
}

function drawPerson() {
  keep($("person"), ctx.people().map((each) => ({
    key: each.id,
    stamp: each.real_name,
    draw: () => h("option", { value: each.id }, each.real_name),
  })));
  $("person").value = here.me ?? "";
  if (here.me) $("my-avatar").replaceChildren(avatar(ctx.person(here.me)));
}

function drawPlaces() {
  const named = ctx.channels().filter((each) => each.kind !== "mpim");
  const items = [
    { key: "h channels", title: "Channels" },
    ...named.map(({ id, name, kind }) => ({ key: id, at: id, id, name, isPrivate: kind === "group" })),
    { key: "h apps", title: "Direct messages" },
    { key: APP, at: APP, id: state.dm, name: state.app.name, isApp: true },
  ];
  keep($("places"), items.map((item) => ({
    key: item.key,
    stamp: JSON.stringify([item, item.at === here.at, unread.has(item.id)]),
    draw: () => (item.title ? h("h2", {}, item.title) : placeLink(item)),
  })));
}

function placeLink({ at, id, name, isApp, isPrivate }) {
  const isNew = unread.has(id);
  const mark = () => h("span.mark", { "aria-hidden": "true" }, isPrivate ? icon("lock") : "#");
  const current = at === here.at ? "page" : null;
  const node = h("button.place-link", { type: "button", "aria-current": current, onclick: () => go(at) },
    isApp ? avatar(ctx.person(state.app.bot_user_id)) : mark(),
    h("span", {}, name),
    isApp && h("span.badge", {}, "APP"),
    isNew && h("span.dot", {}, h("span.unseen", {}, " (new messages)")));
  node.classList.toggle("unread", isNew);
  return node;
}

function drawPlace() {
  const isHome = here.at === APP && here.tab === "home";
  $("place-name").textContent = placeName();
  keep($("place-actions"), placeActions());
  drawTabs();
  $("timeline").hidden = isHome;
  $("home").hidden = !isHome;
  keep($("below"), isHome ? [] : [composerEntry(null, () => scrollDown($("timeline")))]);
  drawTimeline($("timeline"), rootMessages(), { replies: repliesByRoot() });
  keep($("home"), isHome ? [homeEntry()] : []);
}

function placeActions() {
  const found = channel();
  const isMember = found?.members.includes(here.me);
  const entries = [];
  if (here.at !== APP && found) {
    const count = found.members.length;
    entries.push({ key: "members", stamp: count, draw: () => h("span.muted", {}, `${count} members`) });
  }
  if (here.at !== APP && isMember && !found.members.includes(state.app.bot_user_id)) {
    const invite = () => act({ do: "invite_app", channel: found.id });
    const draw = () => h("button.button", { type: "button", onclick: invite }, `Add ${state.app.name}`);
    entries.push({ key: "invite", stamp: found.id, draw });
  }
  return entries;
}

function drawTabs() {
  const tabs = [["home", "Home"], ["messages", "Messages"]].filter(([tab]) => state.app[`${tab}_tab`]);
  $("tabs").hidden = here.at !== APP || tabs.length < 2;
  const button = (tab, label) => {
    const isHere = String(here.tab === tab);
    return h("button", { type: "button", role: "tab", "aria-selected": isHere, onclick: () => go(APP, tab) }, label);
  };
  keep($("tabs"), tabs.map(([tab, label]) => ({ key: tab, stamp: here.tab, draw: () => button(tab, label) })));
}

function homeEntry() {
  const view = state.home;
  const blocks = () => drawBlocks(view.payload.blocks, { order: { view: view.id } }, ctx);
  const none = () => h("p.empty", {}, "The app has published no Home for you yet.");
  return {
    key: "home",
    stamp: `${view?.id} ${view?.hash}`,
    draw: () => h("div.blocks", { "data-view": view?.id }, view ? blocks() : none()),
  };
}

function drawTimeline(container, messages, options) {
  const entries = timeline(messages, ctx, options);
  const none = () => h("p.empty", {}, `Nothing has been said in ${placeName()} yet.`);
  keep(container, entries.length ? entries : [{ key: "empty", stamp: placeName(), draw: none }]);
  if (!awayFromEnd.has(container)) scrollDown(container);
}

function scrollDown(container) {
  awayFromEnd.delete(container);
  container.scrollTop = container.scrollHeight;
}

/** Keeps the newest message in sight, unless the person has scrolled away from it. */
function follow(container) {
  container.addEventListener("scroll", () => {
    const toEnd = container.scrollHeight - container.scrollTop - container.clientHeight;
    if (toEnd < 40) awayFromEnd.delete(container);
    else awayFromEnd.add(container);
  });
  container.addEventListener("keydown", arrowKeys);
  resized.observe(container);
  return container;
}

function isRoot(message) {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
}

function rootMessages() {
  return messagesHere().filter(isRoot);
}

function repliesByRoot() {
  const replies = new Map();
  for (const message of messagesHere()) {
    if (!message.thread_ts || message.thread_ts === message.ts || message.is_ephemeral) continue;
    replies.set(message.thread_ts, [...(replies.get(message.thread_ts) ?? []), message]);
  }
  return replies;
}

function drawThread() {
  const pane = $("thread");
  const messages = messagesHere().filter((each) => [each.ts, each.thread_ts].includes(here.thread));
  pane.hidden = !here.thread || !messages.length;
  document.body.classList.toggle("with-thread", !pane.hidden);
  if (pane.hidden) return pane.replaceChildren();
  if (pane.dataset.of !== here.thread || !pane.firstChild) {
    pane.dataset.of = here.thread;
    pane.replaceChildren(
      h("header.place", {},
        h("h2", {}, "Thread"), h("span.muted", {}, placeName()), iconButton("close", "Close thread", closeThread)),
      follow(h("div.timeline", { role: "log", "aria-label": "Thread messages" })),
      h("p.status", { role: "status" }),
      h("div.below"),
    );
  }
  drawTimeline(pane.querySelector(".timeline"), messages, { isThread: true });
  const said = state.statuses.find((each) => each.thread_ts === here.thread && messages.some((one) => one.channel === each.channel));
  pane.querySelector(".status").textContent = said ? `${state.app.name} ${said.text}` : "";
  return keep(pane.querySelector(".below"), [composerEntry(here.thread, () => scrollDown(pane.querySelector(".timeline")))]);
}

// Forms.

function drawModal() {
  const view = state.views.at(-1);
  const stamp = view && `${view.id} ${view.hash}`;
  const open = document.querySelector("dialog.modal");
  if (open?.dataset.stamp === stamp) return;
  const focused = open?.contains(document.activeElement) ? document.activeElement.id : null;
  open?.remove();
  if (!view) return;
  const dialog = modal(view);
  dialog.dataset.stamp = stamp;
  document.body.append(dialog);
  dialog.showModal();
  if (focused) $(focused)?.focus();
}

function modal({ id, payload }) {
  const close = () => act({ do: "close", view: id });
  const closing = payload.close?.text ?? (payload.submit ? "Cancel" : "Close");
  const form = h("form", { "data-view": id, novalidate: true, onsubmit: submit },
    h("header.place", {},
      h("h2", { id: "modal-title" }, plain(payload.title.text)), iconButton("close", "Close", close)),
    h("div.dialog-body", {}, drawBlocks(payload.blocks, { order: { view: id }, draft: filledIn.get(id) }, ctx)),
    h("div.dialog-buttons", {},
      h("button.button", { type: "button", onclick: close }, plain(closing)),
      payload.submit && h("button.button.primary", { type: "submit" }, plain(payload.submit.text))));
  form.addEventListener("input", () => filledIn.set(id, readState(form)));

  async function submit(event) {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    const answer = await act({ do: "submit", view: id, state: readState(form) });
    form.ariaBusy = null;
    if (answer) showErrors(form, answer.interaction.errors);
  }

  const cancel = (event) => (event.preventDefault(), close());
  return h("dialog.modal", { "aria-labelledby": "modal-title", oncancel: cancel }, form);
}

$("menu").append(icon("menu"));
$("menu").addEventListener("click", () => showSidebar(!document.body.classList.contains("with-sidebar")));
$("person").addEventListener("change", (event) => become(event.target.value));
follow($("timeline"));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open], .menu")) return;
  if (here.thread) closeThread();
  showSidebar(false);
});
ctx.openThread = openThread;
watch((isThere) => (isThere ? draw() : drawLost()));
