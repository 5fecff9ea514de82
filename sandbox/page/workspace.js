/**
 * The workspace as one person sees it: who and where one is, the newest state, and orders sent to it.
 *
 * It keeps no copy of the rules and draws nothing: it asks for the state, tells when there is a new one, and sends
 * what the person does as an order (`sandbox/control.py`).
 */

import { h, iconButton } from "./dom.js";

export const APP = "app"; // the place that is each person's own DM with the app
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

const address = new URLSearchParams(location.search); // who and where: so two windows can be two people
export const here = { me: address.get("as"), at: address.get("at"), tab: "messages", thread: null };
export const unread = new Set();
const whispers = []; // what Slackbot says of commands that failed: it is in no state
let onChange = () => {};
let isAsking = false;
let isStale = false;
export let state = null;

/** What drawing needs to know and do; `openThread` is the page's. */
export const ctx = {
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
  openThread: () => {},
};

/** Follows the workspace from now on, calling this with every change. */
export function watch(callback) {
  onChange = callback;
  document.addEventListener("visibilitychange", () => !document.hidden && refresh());
  setInterval(() => !document.hidden && refresh(), LOOK_AGAIN_MS);
  listen();
}

/** Asks for the newest state; many calls in a row become few requests. */
export async function refresh() {
  isStale = true;
  if (isAsking) return;
  isAsking = true;
  try {
    while (isStale) {
      isStale = false;
      await ask();
    }
  } finally {
    isAsking = false;
  }
}

/** Does it as the person acted as; gives what came of it, or null after telling why not. */
export async function act(order) {
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

export function tell(what) {
  const toast = h("p.toast", {}, what, iconButton("close", "Dismiss", () => toast.remove()));
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), 8000);
}

export function placeId() {
  return here.at === APP ? (state?.dm ?? null) : state ? here.at : null;
}

export function channel() {
  return state.channels.find((each) => each.id === placeId());
}

export function placeName() {
  return here.at === APP ? state.app.name : `#${channel()?.name ?? ""}`;
}

/** All of the place by time, with what is shown to this person alone. */
export function messagesHere() {
  const place = placeId();
  const only = [...state.ephemerals, ...whispers.filter((each) => each.for === here.me)].filter((each) => each.channel === place);
  return [...(channel()?.messages ?? []), ...only].sort((one, other) => one.ts - other.ts);
}

async function ask() {
  const place = placeId();
  const query = new URLSearchParams({ limit: place ? LIMIT : 0 });
  if (state && here.me) query.set("as", here.me);
  if (place) query.set("channel", place);
  const answer = await received(`/sandbox/state?${query}`);
  if (!answer.ok) {
    if (!state || !answer.error) return onChange(false);
    state = null; // another sandbox stands at this address now: begin anew
    isStale = true;
    return;
  }
  const isFirst = !state;
  state = answer;
  state.people.forEach((each, index) => (each.hue = index % HUES)); // people are only ever added, so it stays theirs
  settle();
  if (isFirst || placeId() !== place) isStale = true; // it was not asked for what is to be seen
  else onChange(true);
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

function post(order) {
  return received("/sandbox/act", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(order),
  });
}

/** The sandbox's answer; one that is not `ok` when there is no sandbox. */
async function received(...request) {
  try {
    return await (await fetch(...request)).json();
  } catch {
    return { ok: false, detail: "the sandbox does not answer." };
  }
}

function listen() {
  const stream = new EventSource("/sandbox/stream");
  stream.onopen = refresh; // also after it was lost
  stream.onerror = refresh;
  stream.onmessage = ({ data }) => {
    const change = JSON.parse(data);
    const isWhisper = change.effect?.kind === "ephemeral" && change.effect.user === here.me;
    const place = isWhisper ? change.effect.channel : change.channel;
    if ((isWhisper || change.kind === "MessagePosted") && place !== placeId()) unread.add(place);
    refresh();
  };
}

function day(ts) {
  const name = (seconds) => inZone(seconds, { weekday: "long", day: "numeric", month: "long" });
  if (name(ts) === name(state.now)) return "Today";
  return name(ts) === name(state.now - 86_400) ? "Yesterday" : name(ts);
}

/** Times are those of the person acted as. */
function inZone(ts, options) {
  const zone = ctx.person(here.me).tz;
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }).format(ts * 1000);
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(ts * 1000);
  }
}
