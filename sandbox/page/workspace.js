/**
 * The workspace as one person sees it: who and where one is, the newest state, and orders sent to it.
 *
 * It keeps no copy of the rules and draws nothing: it asks for what is to be seen, tells when there is something new,
 * and sends what the person does as an order (`sandbox/control.py`). Of a place it holds the newest messages, and
 * older ones once they were asked for.
 */

import { h, iconButton } from "./dom.js";

export const APP = "app"; // the place that is each person's own DM with the app
const WINDOW = 50; // messages of a place at once
const LOOK_AGAIN_MS = 15_000; // for what the stream does not tell: whether the app is connected
const CALM_MS = 40; // between two looks while much happens
const HUES = 8; // of avatars, in style.css
const SLACKBOT = "USLACKBOT";
const REFUSED = {
  account_inactive: "This person is deactivated and cannot do that.",
  already_reacted: "You reacted so already.",
  app_not_installed: "The app is not installed where this person works.",
  cant_delete_message: "Only who wrote a message can delete it.",
  cant_update_message: "Only who wrote a message can edit it.",
  channel_not_found: "There is no such channel.",
  home_tab_disabled: "The app has no Home.",
  interactivity_disabled: "The app takes no presses: interactivity is off in its manifest.",
  is_archived: "This channel is archived.",
  message_not_found: "This message is no longer there.",
  messages_tab_disabled: "The app takes no direct messages.",
  no_reaction: "You have not reacted so.",
  not_in_channel: "You are not in this channel.",
  unknown_command: "The app has no such command.",
  unknown_shortcut: "The app has no such shortcut.",
  ura_max_channels: "A single-channel guest is in one channel, and this one is in one already.",
  user_is_restricted: "A guest cannot join a channel: somebody who is in it adds them.",
  view_not_open: "This form is no longer open.",
};
const FAILED = {
  operation_timeout: "did not answer in time",
  dispatch_failed: "could not be reached",
  invalid_response: "answered with something Slack would not show",
};

const address = new URLSearchParams(location.search); // who and where: so two windows can be two people
export const here = { me: address.get("as"), at: address.get("at"), tab: "messages", thread: null, newSince: null };
const whispers = []; // what Slackbot says of commands that failed: it is in no state
const older = new Map(); // by ts: messages of the place before the newest ones
let people = [];
let hasOlder = false;
let isEntering = true;
let onChange = () => {};
let asking = null;
let toldOfThread = ""; // whose, where, which and up to where: what was told last as seen
let isStale = false;
export let state = null;

/** Follows the workspace from now on, calling this with every change. */
export function watch(callback) {
  onChange = callback;
  document.addEventListener("visibilitychange", () => !document.hidden && refresh());
  setInterval(() => !document.hidden && refresh(), LOOK_AGAIN_MS);
  listen();
}

/** Asks for the newest state; many calls in a row become few requests. Fulfilled when it is drawn. */
export function refresh() {
  isStale = true;
  asking ??= askWhileStale().finally(() => (asking = null));
  return asking;
}

/** From now on in another place, or as another person. */
export function enter(change) {
  Object.assign(here, { thread: null, ...change });
  isEntering = true;
  return refresh();
}

/** Does it as the person acted as; gives what came of it, or null after telling why not. */
export async function act(order) {
  const answer = await post("/sandbox/act", { as: here.me, ...order });
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

export function everybody() {
  return people;
}

export function person(id) {
  return people.find((each) => each.id === id) ?? { id, name: id, real_name: id === SLACKBOT ? "Slackbot" : id || "?" };
}

export function channel(id = placeId()) {
  return state.channels.find((each) => each.id === id);
}

export function placeId() {
  return here.at === APP ? (state?.dm ?? null) : state ? here.at : null;
}

export function placeName(id = here.at) {
  if (id === APP || id === state.dm) return state.app.name;
  const found = channel(id);
  return found?.kind === "mpim" ? found.names.map((each) => person(each).real_name).join(", ") : `#${found?.name ?? ""}`;
}

/** What stands in the place itself, by time, with what is shown to this person alone. */
export function roots() {
  if (!state.place) return [];
  const only = onlyHere().filter((each) => !each.thread_ts);
  const all = [...older.values(), ...state.place.messages];
  return only.length ? [...all, ...only].sort((one, other) => one.ts - other.ts) : all;
}

/** The open thread by time, with what is shown there to this person alone; null where none is open. */
export function thread() {
  if (!here.thread || !state.place?.thread) return null;
  const only = onlyHere().filter((each) => each.thread_ts === here.thread);
  return [...state.place.thread, ...only].sort((one, other) => one.ts - other.ts);
}

export function mayHaveOlder() {
  return hasOlder;
}

/** Brings the messages before the oldest there is. */
export async function loadOlder() {
  const first = roots().find((each) => !each.is_ephemeral);
  if (!hasOlder || !first) return;
  hasOlder = false; // until it is known
  const [me, at] = [here.me, placeId()];
  const answer = await received(`/sandbox/messages?${new URLSearchParams({ as: me, at, before: first.ts, limit: WINDOW })}`);
  if (!answer.ok || me !== here.me || at !== placeId()) return;
  if (roots().find((each) => !each.is_ephemeral)?.ts !== first.ts) return (hasOlder = true); // of another beginning
  const known = [...older];
  older.clear();
  for (const each of answer.messages) older.set(each.ts, each);
  for (const [ts, each] of known) older.set(ts, each);
  hasOlder = answer.more;
  onChange(true);
}

function onlyHere() {
  const mine = whispers.filter((each) => each.for === here.me && each.channel === placeId());
  return [...state.place.ephemerals, ...mine];
}

async function askWhileStale() {
  for (let count = 0; isStale; count += 1) {
    if (count > 1) await new Promise((resolve) => setTimeout(resolve, CALM_MS));
    isStale = false;
    await ask();
  }
}

async function ask() {
  const asked = { as: here.me, at: here.at, thread: here.thread };
  const query = new URLSearchParams({ limit: WINDOW, people: state?.people_stamp ?? "" });
  for (const [name, value] of Object.entries(asked)) if (value) query.set(name, value);
  const answer = await received(`/sandbox/look?${query}`);
  if (!answer.ok) return onChange(false);
  if (here.me !== asked.as || here.at !== asked.at || here.thread !== asked.thread) return (isStale = true);
  take(answer);
  onChange(true);
  return sawIt();
}

/** Makes the answer the state, and who and where one is what it says. */
function take(answer) {
  if (answer.people) {
    people = answer.people;
    people.forEach((each, index) => (each.hue = index % HUES)); // people are only ever added, so it stays theirs
  }
  if (isEntering || state?.place?.id !== answer.place?.id) begin(answer);
  else if (answer.place) keepOlder(answer.place);
  state = answer;
  Object.assign(here, { me: answer.me, at: answer.at });
  history.replaceState(null, "", `?${new URLSearchParams({ as: person(here.me).name, at: here.at })}`);
}

function begin({ place, channels }) {
  isEntering = false;
  older.clear();
  hasOlder = Boolean(place?.more);
  here.newSince = channels.find((each) => each.id === place?.id)?.unread ? place.read_to : null;
}

/** What goes out of the newest messages as more come in stays, as older; where there may be some between, nothing does. */
function keepOlder({ messages, more }) {
  const first = messages[0]?.ts ?? "";
  const isApart = more && state.place.messages.length > 0 && state.place.messages.at(-1).ts < first;
  for (const each of state.place.messages) if (each.ts < first) older.set(each.ts, each);
  for (const ts of [...older.keys()]) if (isApart || ts >= first) older.delete(ts);
  hasOlder = isApart || (hasOlder && more);
}

/** Tells what the person has seen now: the place, and the open thread. */
async function sawIt() {
  const found = state.place && channel(state.place.id);
  if (document.hidden || !found?.is_member) return;
  const seen = { as: here.me, channel: found.id };
  const last = state.place.messages.at(-1)?.ts;
  const isNew = here.tab === "messages" && found.unread > 0;
  if (isNew) await post("/sandbox/read", { ...seen, ts: last });
  const isNewBelow = await sawThread(seen, found.calls > 0);
  if (isNew || isNewBelow) isStale = true;
}

/** Tells of the open thread, once for each newest reply; says whether that can have changed what is to be seen. */
async function sawThread(seen, isCalled) {
  const [thread, ts] = [here.thread, state.place.thread?.at(-1).ts];
  const tells = [seen.as, seen.channel, thread, ts].join(" ");
  if (!thread || !ts || tells === toldOfThread) return false;
  toldOfThread = tells;
  await post("/sandbox/read", { ...seen, ts, thread_ts: thread });
  if (older.has(thread)) await askForOlder(thread);
  return isCalled;
}

/** A message that is no longer among the newest has changed: only it is asked for. */
async function askForOlder(ts) {
  const query = new URLSearchParams({ as: here.me, at: placeId(), ts });
  const answer = await received(`/sandbox/messages?${query}`);
  if (!answer.ok || !older.has(ts)) return;
  if (answer.messages.length) older.set(ts, answer.messages[0]);
  else older.delete(ts);
  onChange(true);
}

function post(path, order) {
  return received(path, {
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
    const ts = change.thread_ts ?? change.ts;
    if (change.kind !== "Effect" && change.channel === placeId() && older.has(ts)) askForOlder(ts);
    refresh();
  };
}
