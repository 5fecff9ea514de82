/**
 * The page: one person's view of the sandbox's workspace, kept current by its stream.
 *
 * It keeps no copy of the rules: it asks for the state, draws it, and sends what the person does as an order
 * (`sandbox/control.py`). Who one acts as and where one is stands in the address, so two windows can be two people.
 */

import { drawBlocks, readState, showErrors } from "./blocks.js";
import { avatar, h, icon, iconButton, keep, openMenu } from "./dom.js";
import { arrowKeys, composer, timeline } from "./messages.js";
import { plain, typed } from "./text.js";

const APP = "app"; // the place that is each person's own DM with the app
const LIMIT = 200; // messages outside threads
const LOOK_AGAIN_MS = 15_000; // for what the stream does not tell: whether the app is connected
const HUES = 8; // of avatars, in style.css
const SLACKBOT = "USLACKBOT";
const REFUSED = {
  already_reacted: "You reacted so already.",
  is_archived: "This channel is archived.",
  messages_tab_disabled: "The app takes no direct messages.",
  not_in_channel: "You are not in this channel.",
  view_not_open: "This form is no longer open.",
};
const FAILED = {
  operation_timeout: "did not answer in time",
  dispatch_failed: "could not be reached",
  invalid_response: "answered with something Slack would not show",
};

const $ = (id) => document.getElementById(id);
const address = new URLSearchParams(location.search);
const here = { me: address.get("as"), at: address.get("at"), tab: "messages", thread: null };
const unread = new Set();
const drafts = new Map(); // by person and place
const filledIn = new Map(); // by view: what was filled in and not sent
const whispers = []; // what Slackbot says of commands that failed: it is in no state
const awayFromEnd = new WeakSet(); // timelines the person has scrolled up in
const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => awayFromEnd.has(target) || scrollDown(target)));
let state = null;

/** What drawing needs to know and do. */
const ctx = {
  get me() {
    return here.me;
  },
  person: (id) => state.people.find((each) => each.id === id) ?? { id, real_name: id === SLACKBOT ? "Slackbot" : id || "?" },
  people: () => state.people.filter((each) => !each.is_bot),
  usergroup: (id) => state.usergroups.find((each) => each.id === id),
  channels: () => state.channels.filter((each) => each.name),
  channelName: (id) => state.channels.find((each) => each.id === id)?.name,
  shortcuts: (kind) => state.app.shortcuts.filter((each) => each.kind === kind),
  author: (message) => ctx.person(message.user || (message.bot_id ? state.app.bot_user_id : "")),
  time: (ts) => inZone(ts, { hour: "2-digit", minute: "2-digit" }),
  day,
  moment: (ts) => (day(ts) === "Today" ? `today at ${ctx.time(ts)}` : `${day(ts)} at ${ctx.time(ts)}`),
  act,
  openThread,
};

// Asking and telling.

let isAsking = false;
let isStale = false;

/** Draws the newest state; many calls in a row become few requests. */
async function refresh() {
  isStale = true;
  if (isAsking) return;
  isAsking = true;
  try {
    while (isStale) {
      isStale = false;
      await ask();
    }
    draw();
    $("presence").classList.remove("lost");
  } catch (error) {
    if (!(error instanceof TypeError) || state) $("presence").classList.add("lost");
    $("presence").textContent = "The sandbox does not answer. Trying again.";
  } finally {
    isAsking = false;
  }
}

async function ask() {
  const place = placeId();
  const query = new URLSearchParams({ limit: place ? LIMIT : 0 });
  if (state) query.set("as", here.me);
  if (place) query.set("channel", place);
  const answer = await (await fetch(`/sandbox/state?${query}`)).json();
  if (!answer.ok) throw new Error(answer.error);
  const isFirst = !state;
  state = answer;
  state.people.forEach((each, index) => (each.hue = index % HUES)); // people are only ever added, so it stays theirs
  settle();
  if (isFirst || placeId() !== place) isStale = true;
}

/** Makes who and where one is something there is. */
function settle() {
  const people = ctx.people();
  if (!people.some((each) => each.id === here.me)) {
    here.me = (people.find((each) => each.name === here.me) ?? people[0])?.id ?? null;
  }
  const mine = state.channels.filter((each) => each.name);
  const isThere = here.at === APP || mine.some((each) => each.id === here.at);
  if (!isThere) here.at = (mine.find((each) => each.members.includes(here.me)) ?? mine[0])?.id ?? APP;
  if (here.me) history.replaceState(null, "", `?${new URLSearchParams({ as: ctx.person(here.me).name, at: here.at })}`);
}

/** Does it as the person acted as; gives what came of it, or null after telling why not. */
async function act(order) {
  const answer = await post({ as: here.me, ...order });
  if (!answer.ok) {
    tell(REFUSED[answer.error] ?? `That did not work: ${answer.detail ?? answer.error}`);
    return null;
  }
  const { shown, failure } = answer.interaction ?? {};
  if (shown?.user === SLACKBOT) whispers.push({ ...shown, for: here.me });
  else if (failure) tell(`${state.app.name} ${FAILED[failure] ?? failure}.`);
  await refresh();
  return answer;
}

async function post(order) {
  try {
    const answer = await fetch("/sandbox/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(order),
    });
    return await answer.json();
  } catch {
    return { ok: false, detail: "the sandbox does not answer." };
  }
}

function tell(what) {
  const toast = h("p.toast", {}, what, iconButton("close", "Dismiss", () => toast.remove()));
  $("toasts").append(toast);
  setTimeout(() => toast.remove(), 8000);
}

function listen() {
  const stream = new EventSource("/sandbox/stream");
  stream.onopen = refresh; // also after it was lost
  stream.onerror = refresh;
  stream.onmessage = ({ data }) => {
    const change = JSON.parse(data);
    const place = change.effect?.channel || change.channel;
    if (["MessagePosted", "Effect"].includes(change.kind) && place && place !== placeId()) unread.add(place);
    refresh();
  };
}

// Where one is.

function placeId() {
  return here.at === APP ? (state?.dm ?? null) : state ? here.at : null;
}

function channel() {
  return state.channels.find((each) => each.id === placeId());
}

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
  if (!state) return;
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
  $("presence").classList.toggle("on", isConnected);
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
    ...named.map((each) => ({ key: each.id, at: each.id, id: each.id, isPrivate: each.kind === "group", name: each.name })),
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
  const node = h("button.place-link", { type: "button", "aria-current": at === here.at ? "page" : null, onclick: () => go(at) },
    isApp ? avatar(ctx.person(state.app.bot_user_id)) : h("span.mark", { "aria-hidden": "true" }, isPrivate ? icon("lock") : "#"),
    h("span", {}, name), isApp && h("span.badge", {}, "APP"), isNew && h("span.dot", {}, h("span.unseen", {}, " (new messages)")));
  node.classList.toggle("unread", isNew);
  return node;
}

function placeName() {
  return here.at === APP ? state.app.name : `#${channel()?.name ?? ""}`;
}

function drawPlace() {
  const isHome = here.at === APP && here.tab === "home";
  $("place-name").textContent = placeName();
  keep($("place-actions"), placeActions());
  drawTabs();
  $("timeline").hidden = isHome;
  $("home").hidden = !isHome;
  keep($("below"), isHome ? [] : [composerEntry(null)]);
  drawTimeline($("timeline"), rootMessages(), { replies: repliesByRoot() });
  keep($("home"), isHome ? [homeEntry()] : []);
}

function placeActions() {
  const found = channel();
  const isMember = found?.members.includes(here.me);
  const entries = [];
  if (here.at !== APP && found) {
    entries.push({ key: "members", stamp: found.members.length, draw: () => h("span.muted", {}, `${found.members.length} members`) });
  }
  if (here.at !== APP && isMember && !found.members.includes(state.app.bot_user_id)) {
    const invite = () => act({ do: "invite_app", channel: found.id });
    entries.push({ key: "invite", stamp: found.id, draw: () => h("button.button", { type: "button", onclick: invite }, `Add ${state.app.name}`) });
  }
  return entries;
}

function drawTabs() {
  const tabs = [["home", "Home"], ["messages", "Messages"]].filter(([tab]) => state.app[`${tab}_tab`]);
  $("tabs").hidden = here.at !== APP || tabs.length < 2;
  keep($("tabs"), tabs.map(([tab, label]) => ({
    key: tab,
    stamp: here.tab,
    draw: () => h("button", { type: "button", role: "tab", "aria-selected": String(here.tab === tab), onclick: () => go(APP, tab) }, label),
  })));
}

function homeEntry() {
  const view = state.home;
  const draft = () => view && filledIn.get(view.id);
  return {
    key: "home",
    stamp: `${view?.id} ${view?.hash}`,
    draw: () => h("div.blocks", { "data-view": view?.id },
      view ? drawBlocks(view.payload.blocks, { order: { view: view.id }, draft: draft() }, ctx) : h("p.empty", {}, "The app has published no Home for you yet.")),
  };
}

function drawTimeline(container, messages, options) {
  const entries = timeline(messages, ctx, options);
  keep(container, entries.length ? entries : [{ key: "empty", stamp: placeName(), draw: () => h("p.empty", {}, `Nothing has been said in ${placeName()} yet.`) }]);
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

/** All of the place by time, with what is shown to this person alone. */
function messagesHere() {
  const place = placeId();
  const only = [...state.ephemerals, ...whispers.filter((each) => each.for === here.me)].filter((each) => each.channel === place);
  return [...(channel()?.messages ?? []), ...only].sort((one, other) => one.ts - other.ts);
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
      h("header.place", {}, h("h2", {}, "Thread"), h("span.muted", {}, placeName()), iconButton("close", "Close thread", closeThread)),
      follow(h("div.timeline", { role: "log", "aria-label": "Thread messages" })),
      h("div.below"),
    );
  }
  drawTimeline(pane.querySelector(".timeline"), messages, { isThread: true });
  return keep(pane.querySelector(".below"), [composerEntry(here.thread)]);
}

// Writing.

function composerEntry(thread) {
  const found = channel();
  const key = `${here.me} ${placeId()} ${thread ?? ""}`;
  if (here.at !== APP && !found?.members.includes(here.me)) {
    const join = () => act({ do: "join", channel: found.id });
    const ask = () => h("div.outside", {}, h("p", {}, `You are looking at ${placeName()}.`), h("button.button.primary", { type: "button", onclick: join }, "Join channel"));
    return { key: `outside ${key}`, stamp: key, draw: ask };
  }
  const label = thread ? "Reply…" : `Message ${placeName()}`;
  const broadcast = () => h("label.also", {}, h("input", { type: "checkbox" }), ` Also send to ${placeName()}`);
  const extra = () => (thread && here.at !== APP ? broadcast() : thread ? null : globalShortcuts());
  return {
    key,
    stamp: key,
    draw: () => composer({
      label,
      draft: drafts.get(key),
      keepDraft: (text) => drafts.set(key, text),
      suggest: (text) => suggestions(text, thread),
      send: (text, options) => say(text, { thread, ...options }),
      extra: extra(),
    }),
  };
}

/** Global shortcuts, where the app has some. */
function globalShortcuts() {
  const items = ctx.shortcuts("global").map(({ name, callback_id }) => ({ label: name, run: () => act({ do: "shortcut", callback_id }) }));
  if (!items.length) return null;
  const open = (event) => openMenu(event.currentTarget, items, "Shortcuts");
  return h("div.extras", {}, h("button.quiet", { type: "button", onclick: open }, icon("bolt"), "Shortcuts"));
}

async function say(text, { thread, broadcast }) {
  const command = /^\/\S+/.exec(text)?.[0];
  if (command) return runCommand(command, text.slice(command.length).trim(), thread);
  const answer = await act({ do: "say", channel: placeId(), text: typed(text), thread_ts: thread ?? undefined, broadcast });
  if (answer) scrollDown(thread ? document.querySelector("#thread .timeline") : $("timeline"));
  return answer !== null;
}

async function runCommand(command, text, thread) {
  if (!state.app.commands.some((each) => each.command === command)) {
    tell(`${command} is not a valid command. Slack takes all messages that start with “/” for commands.`);
    return false;
  }
  if (thread) {
    tell(`${command} is not supported in threads. Write @${ctx.person(state.app.bot_user_id).name} in place of it.`);
    return false;
  }
  const answer = await act({ do: "command", command, text, channel: placeId() });
  scrollDown($("timeline"));
  return answer !== null;
}

/** Commands while one is being typed, and people and channels for the name at the end. */
function suggestions(text, thread) {
  if (/^\/\S*$/.test(text) && !thread) {
    const fitting = state.app.commands.filter((each) => each.command.startsWith(text) && each.command !== text);
    return fitting.map(({ command, description, usage_hint }) => ({ label: `${command} ${usage_hint}`, detail: description, whole: `${command} ` }));
  }
  const [, before, mark, start] = /^(.*(?:^|\s))([@#])([\w.-]*)$/s.exec(text) ?? [];
  if (!mark) return [];
  const names = mark === "@" ? state.people.map((each) => [each.name, each.real_name]) : ctx.channels().map((each) => [each.name, ""]);
  const fitting = names.filter(([name, real]) => `${name} ${real}`.toLowerCase().includes(start.toLowerCase()) && name !== start);
  return fitting.slice(0, 6).map(([name, real]) => ({ label: `${mark}${name}`, detail: real, whole: `${before}${mark}${name} ` }));
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
  const form = h("form", { "data-view": id, novalidate: true, onsubmit: submit },
    h("header.place", {}, h("h2", { id: "modal-title" }, plain(payload.title.text)), iconButton("close", "Close", close)),
    h("div.dialog-body.blocks", {}, drawBlocks(payload.blocks, { order: { view: id }, draft: filledIn.get(id) }, ctx)),
    h("div.dialog-buttons", {},
      h("button.button", { type: "button", onclick: close }, plain(payload.close?.text ?? (payload.submit ? "Cancel" : "Close"))),
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

// Times are those of the person acted as.

function inZone(ts, options) {
  const zone = ctx.person(here.me).tz;
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }).format(ts * 1000);
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(ts * 1000);
  }
}

function day(ts) {
  const name = (seconds) => inZone(seconds, { weekday: "long", day: "numeric", month: "long" });
  if (name(ts) === name(state.now)) return "Today";
  return name(ts) === name(state.now - 86_400) ? "Yesterday" : name(ts);
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
document.addEventListener("visibilitychange", () => !document.hidden && refresh());
setInterval(() => !document.hidden && refresh(), LOOK_AGAIN_MS);
listen();
