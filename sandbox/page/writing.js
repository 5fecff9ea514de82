/** The box to write in, and what becomes of what is written: messages, edits, commands. */

import { completing } from "./completing.js";
import { ctx } from "./ctx.js";
import { h, icon, iconButton } from "./dom.js";
import { openMenu } from "./menus.js";
import { EMOJI, composed, typed } from "./text.js";
import { APP, act, channel, here, person, placeId, placeName, roots, state, tell, thread as threadMessages } from "./workspace.js";

const drafts = new Map(); // by person, place and thread
const HIGHEST_PX = 200;

/** The box for the place or one of its threads, as an entry for `keep`; others are told why there is none. */
export function composerEntry(thread, sent) {
  const found = channel();
  const key = `${here.me} ${placeId()} ${thread ?? ""}`;
  const outside = whyNot(found);
  if (outside) return { key: `outside ${key}`, stamp: outside.what, draw: () => notice(outside) };
  const label = thread ? "Reply…" : `Message ${placeName()}`;
  const extra = () => (thread && here.at !== APP ? h("label.also", {}, h("input", { type: "checkbox" }), ` Also send to ${placeName()}`) : null);
  const send = async (text, options) => {
    const isTaken = await say(text, { thread, ...options });
    if (isTaken) sent();
    return isTaken;
  };
  const draw = () => composer({ key, label, isThread: Boolean(thread), send, extra: extra() });
  return { key, stamp: `${label} ${ctx.shortcuts("global").length}`, draw };
}

/** The box in place of a message that is being edited. */
export function editor(message) {
  const stop = () => ctx.edit(null);
  const box = h("textarea", { rows: 1, "aria-label": "Edit message" }, composed(message.text, ctx));
  const save = async (event) => {
    event?.preventDefault();
    const text = box.value.trim();
    const where = { channel: message.channel, ts: message.ts };
    if (!text || !(await act({ do: "edit", ...where, text: typed(text) }))) return;
    stop();
  };
  box.addEventListener("input", () => grow(box));
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") (event.preventDefault(), stop());
    if (isSend(event)) save(event);
  });
  queueMicrotask(() => grow(box));
  return h("form.composer.editing", { onsubmit: save }, box, h("div.composer-row", {},
    h("button.button", { type: "button", onclick: stop }, "Cancel"),
    h("button.button.primary", { type: "submit" }, "Save")));
}

/** What keeps the person from writing here, and what they could do about it. */
function whyNot(found) {
  if (person(here.me).deleted) return { what: `${person(here.me).real_name} is deactivated and can write nothing.` };
  if (here.at === APP && !state.dm) return { what: `${state.app.name} is not installed where ${person(here.me).real_name} works.` };
  if (here.at === APP) return state.app.messages_tab ? null : { what: `${state.app.name} takes no direct messages.` };
  if (found?.is_archived) return { what: `${placeName()} is archived.` };
  if (found?.is_member) return null;
  if (person(here.me).is_restricted) return { what: `A guest is added to ${placeName()} by somebody who is in it.` };
  return { what: `You are looking at ${placeName()}.`, label: "Join channel", run: () => act({ do: "join", channel: found.id }) };
}

function notice({ what, label, run }) {
  return h("div.outside", {}, h("p", {}, what), run && h("button.button.primary", { type: "button", onclick: run }, label));
}

/** A box to write in. `send(text, options)` says whether it was taken. */
function composer({ key, label, isThread, send, extra }) {
  const box = h("textarea", { rows: 1, "aria-label": label, placeholder: label }, drafts.get(key) ?? "");
  const hints = completing(box, { isThread, changed });
  function changed() {
    drafts.set(key, box.value);
    grow(box);
  }
  const put = (text) => {
    box.value = text;
    hints.look();
    changed();
  };
  const submit = async (event) => {
    event?.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    put("");
    if (!(await send(text, { broadcast: extra?.querySelector("input")?.checked })) && !box.value) put(text);
    if (extra) extra.querySelector("input").checked = false;
  };
  box.addEventListener("input", changed);
  box.addEventListener("keydown", (event) => {
    if (hints.takes(event)) return;
    if (isSend(event)) submit(event);
    if (event.key === "ArrowUp" && !box.value) (event.preventDefault(), editLast(isThread));
  });
  queueMicrotask(() => grow(box));
  const insert = (text) => {
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.focus();
    hints.look();
    changed();
  };
  return h("form.composer", { onsubmit: submit }, hints.list, box, toolbar(insert, isThread), extra);
}

function toolbar(insert, isThread) {
  const emoji = Object.entries(EMOJI).map(([name, text]) => ({ label: name, text, run: () => insert(`:${name}: `) }));
  return h("div.composer-row", {},
    isThread ? null : globalShortcuts(),
    iconButton("at", "Mention someone", () => insert("@")),
    iconButton("smile", "Emoji", (event) => openMenu(event.currentTarget, emoji, "Emoji")),
    h("button.icon-button.send", { type: "submit", "aria-label": "Send", title: "Send" }, icon("send")));
}

/** Global shortcuts, where the app has some. */
function globalShortcuts() {
  const run = (callback_id) => () => act({ do: "shortcut", callback_id });
  const items = ctx.shortcuts("global").map(({ name, callback_id }) => ({ label: name, run: run(callback_id) }));
  if (!items.length) return null;
  return iconButton("bolt", "Shortcuts", (event) => openMenu(event.currentTarget, items, "Shortcuts"));
}

function editLast(isThread) {
  const mine = (isThread ? threadMessages() : roots()).filter((each) => each.user === here.me && !each.is_ephemeral);
  if (mine.length) ctx.edit(mine.at(-1).ts, isThread);
}

function isSend(event) {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing;
}

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, HIGHEST_PX)}px`;
}

async function say(text, { thread, broadcast }) {
  const command = /^\/\S+/.exec(text)?.[0];
  if (command) return runCommand(command, text.slice(command.length).trim(), thread);
  const answer = await act({ do: "say", channel: placeId(), text: typed(text), thread_ts: thread ?? undefined, broadcast });
  return answer !== null;
}

async function runCommand(command, text, thread) {
  if (!state.app.commands.some((each) => each.command === command)) {
    tell(`${command} is not a valid command. Slack takes all messages that start with “/” for commands.`);
    return false;
  }
  if (thread) {
    tell(`${command} is not supported in threads. Write @${person(state.app.bot_user_id).name} in place of it.`);
    return false;
  }
  const answer = await act({ do: "command", command, text, channel: placeId() });
  return answer !== null;
}
