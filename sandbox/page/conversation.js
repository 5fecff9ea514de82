/** The middle: a place's head, its messages or the app's Home, and the box to write in. */

import { drawBlocks } from "./blocks.js";
import { ctx } from "./ctx.js";
import { h, icon, keep } from "./dom.js";
import { arrowKeys, timeline } from "./messages.js";
import { APP, act, channel, here, loadOlder, mayHaveOlder, placeName, roots, state } from "./workspace.js";
import { composerEntry, editor } from "./writing.js";

const $ = (id) => document.getElementById(id);
const NEAR_TOP_PX = 400; // older messages are brought before one has scrolled to the very end
const awayFromEnd = new WeakSet(); // timelines the person has scrolled up in
const lastTop = new WeakMap(); // where each was scrolled to
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) if (!awayFromEnd.has(target)) scrollDown(target);
});

/** Draws it; `go(at, tab)` takes one to a place. */
export function drawConversation(go) {
  const isHome = here.at === APP && here.tab === "home";
  drawHead(go);
  $("timeline").hidden = isHome;
  $("home").hidden = !isHome;
  keep($("below"), isHome ? [] : [...prompts(), composerEntry(null, () => scrollDown($("timeline")))]);
  const options = { newSince: here.newSince, statuses: state.place?.statuses };
  drawTimeline($("timeline"), roots(), options);
  keep($("home"), isHome ? [homeEntry()] : []);
}

/** The messages, and the newest in sight unless the person has scrolled away from it. */
export function drawTimeline(container, messages, options) {
  const editing = here.editing?.isThread === Boolean(options.isThread) ? here.editing.ts : null;
  const entries = timeline(messages, ctx, { ...options, editing, editor });
  const none = () => h("p.empty", {}, emptyWords());
  const shown = entries.length ? entries : [{ key: "empty", stamp: emptyWords(), draw: none }];
  const before = awayFromEnd.has(container) && anchor(container);
  keep(container, options.isThread || !mayHaveOlder() ? shown : [olderEntry(), ...shown]);
  if (before) restore(container, before);
  else scrollDown(container);
}

export function scrollDown(container) {
  awayFromEnd.delete(container);
  container.scrollTop = container.scrollHeight;
  lastTop.set(container, container.scrollTop);
}

/**
 * Keeps the newest message in sight, and brings older ones as the person scrolls up to them.
 *
 * The browser tells of scrolling a frame later: what grew or shrank meanwhile is nobody's scrolling up.
 */
export function follow(container) {
  container.addEventListener("scroll", () => {
    const toEnd = container.scrollHeight - container.scrollTop - container.clientHeight;
    const isUp = container.scrollTop < (lastTop.get(container) ?? 0);
    lastTop.set(container, container.scrollTop);
    if (toEnd < 40) awayFromEnd.delete(container);
    else if (isUp) awayFromEnd.add(container);
    if (container.scrollTop < NEAR_TOP_PX && toEnd > 40 && container.id === "timeline") loadOlder();
  });
  container.addEventListener("keydown", arrowKeys);
  resized.observe(container);
  return container;
}

/** The first message in sight and where it stands, to find the same place again when others come above it. */
function anchor(container) {
  const node = [...container.children].find((each) => each.matches("article") && each.offsetTop + each.offsetHeight > container.scrollTop);
  return node && { node, key: node.dataset.key, top: node.offsetTop - container.scrollTop };
}

function restore(container, { node, key, top }) {
  const same = node.isConnected ? node : [...container.children].find((each) => each.dataset.key === key);
  if (same) container.scrollTop = same.offsetTop - top;
}

function olderEntry() {
  const button = () => h("button.button.older", { type: "button", onclick: loadOlder }, "Show older messages");
  return { key: "older", stamp: "older", draw: () => h("div.more", {}, button()) };
}

function emptyWords() {
  if (here.at === APP && !state.dm) return "There is no place for this person here.";
  return here.at === APP
    ? `This is the very beginning of your messages with ${state.app.name}. Write to it below.`
    : `Nothing has been said in ${placeName()} yet.`;
}

function drawHead(go) {
  const found = channel();
  const isChannel = here.at !== APP && found;
  $("place-name").textContent = placeName();
  $("topic").textContent = isChannel ? (found.topic ?? "") : "";
  keep($("place-actions"), isChannel ? actions(found) : []);
  drawTabs(go);
}

function actions(found) {
  const entries = [];
  const facts = [found.is_archived && "archived", found.kind === "group" && "private", found.is_ext_shared && "shared with another company"];
  const said = facts.filter(Boolean).join(", ");
  if (said) entries.push({ key: "facts", stamp: said, draw: () => h("span.badge", {}, said) });
  const count = () => h("span.members", { title: `${found.members} members` }, icon("people"), String(found.members), h("span.unseen", {}, " members"));
  entries.push({ key: "members", stamp: found.members, draw: count });
  if (found.is_member && !found.has_app) {
    const invite = () => act({ do: "invite_app", channel: found.id });
    const draw = () => h("button.button", { type: "button", onclick: invite }, `Add ${state.app.name}`);
    entries.push({ key: "invite", stamp: found.id, draw });
  }
  return entries;
}

function drawTabs(go) {
  const tabs = [["home", "Home"], ["messages", "Messages"]].filter(([tab]) => state.app[`${tab}_tab`]);
  $("tabs").hidden = here.at !== APP || tabs.length < 2;
  const button = (tab, label) => {
    const isHere = here.tab === tab;
    const controls = tab === "home" ? "home" : "timeline";
    const says = { role: "tab", "aria-selected": String(isHere), tabindex: isHere ? 0 : -1, "aria-controls": controls };
    return h("button", { type: "button", ...says, onclick: () => go(APP, tab), onkeydown: otherTab }, label);
  };
  keep($("tabs"), tabs.map(([tab, label]) => ({ key: tab, stamp: here.tab, draw: () => button(tab, label) })));
}

function otherTab(event) {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const all = [...event.currentTarget.parentElement.children];
  const other = all[(all.indexOf(event.currentTarget) + 1) % all.length];
  other.click();
  other.focus();
}

/** What the app suggests to write, in its messages. */
function prompts() {
  const given = here.at === APP ? (state.place?.prompts ?? []) : [];
  if (!given.length) return [];
  const say = (message) => () => act({ do: "say", channel: state.dm, text: message });
  const chip = ({ title, message }) => h("button.button.chip", { type: "button", onclick: say(message) }, title);
  const draw = () => h("div.prompts", { role: "group", "aria-label": "Suggested questions" }, given.map(chip));
  return [{ key: "prompts", stamp: JSON.stringify(given), draw }];
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
