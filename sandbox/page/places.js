/** The left side: which workspace, as whom, and all places with what is new in them. */

import { ctx, badges, kinds } from "./ctx.js";
import { avatar, h, icon, keep } from "./dom.js";
import { APP, everybody, here, person, placeName, state } from "./workspace.js";

const CALLS_MOST = 99; // shown as a number

/** Draws it; `go(at)` takes one to a place. */
export function drawSidebar(go) {
  document.getElementById("team").textContent = state.team.name;
  drawPerson();
  keep(document.getElementById("places"), places().map((item) => entry(item, go)));
  drawPresence();
}

export function drawLost() {
  const line = document.getElementById("presence");
  line.textContent = "The sandbox does not answer. Trying again.";
  line.className = "presence lost";
}

/** Every place as `{key, at, name, …}`, with titles between: for the list, and for jumping to one. */
export function places() {
  const named = state.channels.filter((each) => each.name && each.kind !== "mpim");
  const [joined, others] = [named.filter((each) => each.is_member), named.filter((each) => !each.is_member)];
  const groups = state.channels.filter((each) => each.kind === "mpim");
  const dm = state.channels.find((each) => each.id === state.dm);
  const mine = { unread: dm?.unread ?? 0, calls: dm?.calls ?? 0 };
  const titled = (title, items) => (items.length ? [{ key: `h ${title}`, title }, ...items] : []);
  return [
    ...titled("Channels", joined.map(place)),
    ...titled("Not joined", others.map(place)),
    ...titled("Direct messages", [
      ...(state.dm ? [{ key: APP, at: APP, name: state.app.name, isApp: true, ...mine }] : []),
      ...groups.map((each) => ({ ...place(each), name: placeName(each.id), isGroup: true })),
    ]),
  ];
}

function place({ id, name, kind, unread, calls, is_member: isMember, is_ext_shared: isShared, is_archived: isArchived }) {
  return { key: id, at: id, name, isPrivate: kind === "group", unread, calls, isMember, isShared, isArchived };
}

function entry(item, go) {
  const isHere = item.at === here.at;
  const shown = isHere && !document.hidden ? { ...item, unread: 0 } : item; // it is being read
  return {
    key: item.key,
    stamp: JSON.stringify([shown, isHere]),
    draw: () => (item.title ? h("h2", {}, item.title) : link(shown, isHere, go)),
  };
}

function link({ at, name, isApp, isGroup, isPrivate, isShared, unread, calls }, isHere, go) {
  const mark = () => h("span.mark", { "aria-hidden": "true" }, isPrivate || isGroup ? icon(isGroup ? "people" : "lock") : "#");
  const isNew = unread > 0 || calls > 0;
  const node = h("button.place-link", { type: "button", "aria-current": isHere ? "page" : null, onclick: () => go(at) },
    isApp ? avatar(person(state.app.bot_user_id)) : mark(),
    h("span.place-name", {}, name),
    isApp && h("span.badge", {}, "APP"),
    isShared && h("span.badge", { title: "Shared with another company" }, "SHARED"),
    calls > 0 ? count(calls) : isNew && h("span.dot", {}, h("span.unseen", {}, " (new messages)")));
  node.classList.toggle("unread", isNew);
  return node;
}

function count(calls) {
  return h("span.count", {}, calls > CALLS_MOST ? `${CALLS_MOST}+` : String(calls), h("span.unseen", {}, " new for you"));
}

function drawPerson() {
  const humans = everybody().filter((each) => !each.is_bot);
  const words = (each) => [each.real_name, ...kinds(each).map(([word]) => word), each.is_away && "away"].filter(Boolean);
  const label = (each) => (words(each).length > 1 ? `${words(each)[0]} (${words(each).slice(1).join(", ")})` : each.real_name);
  keep(document.getElementById("person"), humans.map((each) => ({
    key: each.id,
    stamp: label(each),
    draw: () => h("option", { value: each.id }, label(each)),
  })));
  document.getElementById("person").value = here.me ?? "";
  const me = person(here.me);
  keep(document.getElementById("my-avatar"), [{ key: me.id, stamp: me.real_name, draw: () => avatar(me) }]);
  keep(document.getElementById("my-badges"), [{ key: me.id, stamp: JSON.stringify(me), draw: () => h("span", {}, badges(me)) }]);
}

function drawPresence() {
  const isConnected = state.mode === "http" || state.connections > 0;
  const line = document.getElementById("presence");
  line.textContent = `${state.app.name} is ${isConnected ? "connected" : "not connected"}`;
  line.className = isConnected ? "presence on" : "presence";
  const zone = person(here.me).tz ?? "UTC";
  const now = ctx.date(state.now, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  document.getElementById("now").textContent = `${now}, ${zone.split("/").at(-1).replace("_", " ")}`;
}
