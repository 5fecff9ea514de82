/** The box to write in, and what becomes of what is written: messages, commands, suggestions while typing. */

import { h, icon, openMenu } from "./dom.js";
import { typed } from "./text.js";
import { APP, act, channel, ctx, here, placeId, placeName, state, tell } from "./workspace.js";

const drafts = new Map(); // by person, place and thread

/** The box for the place or one of its threads, as an entry for `keep`; people outside are asked to join. */
export function composerEntry(thread, sent) {
  const found = channel();
  const key = `${here.me} ${placeId()} ${thread ?? ""}`;
  if (here.at !== APP && !found?.members.includes(here.me)) {
    const join = () => act({ do: "join", channel: found.id });
    const ask = () => h("div.outside", {},
      h("p", {}, `You are looking at ${placeName()}.`),
      h("button.button.primary", { type: "button", onclick: join }, "Join channel"));
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
      send: async (text, options) => {
        const isTaken = await say(text, { thread, ...options });
        if (isTaken) sent();
        return isTaken;
      },
      extra: extra(),
    }),
  };
}

/**
 * A box to write in. `send(text, options)` says whether it was taken; `suggest(text)` gives `{label, detail, whole}`,
 * shown above and taken with Tab.
 */
function composer({ label, draft = "", send, suggest, keepDraft, extra }) {
  const box = h("textarea", { rows: 1, "aria-label": label, placeholder: label }, draft);
  const hints = h("ul.hints", { "aria-label": "Suggestions", hidden: true });
  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, 200)}px`;
  };
  const take = (whole) => {
    box.value = whole;
    changed();
    box.focus();
  };
  const changed = () => {
    keepDraft(box.value);
    const found = suggest(box.value);
    hints.hidden = !found.length;
    hints.replaceChildren(...found.map(({ label: name, detail, whole }) =>
      h("li", {}, h("button", { type: "button", tabindex: -1, onclick: () => take(whole) }, h("b", {}, name), " ", detail))));
    grow();
  };
  const submit = async (event) => {
    event?.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    take("");
    if (!(await send(text, { broadcast: extra?.querySelector("input")?.checked })) && !box.value) take(text);
  };
  box.addEventListener("input", changed);
  box.addEventListener("keydown", (event) => {
    const first = hints.querySelector("button");
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
    else if (event.key === "Tab" && !event.shiftKey && first) (event.preventDefault(), first.click());
  });
  queueMicrotask(grow);
  return h("form.composer", { onsubmit: submit }, hints, h("div.composer-row", {}, box, sendButton()), extra);
}

function sendButton() {
  return h("button.icon-button.send", { type: "submit", "aria-label": "Send", title: "Send" }, icon("send"));
}

/** Global shortcuts, where the app has some. */
function globalShortcuts() {
  const run = (callback_id) => () => act({ do: "shortcut", callback_id });
  const items = ctx.shortcuts("global").map(({ name, callback_id }) => ({ label: name, run: run(callback_id) }));
  if (!items.length) return null;
  const open = (event) => openMenu(event.currentTarget, items, "Shortcuts");
  return h("div.extras", {}, h("button.quiet", { type: "button", onclick: open }, icon("bolt"), "Shortcuts"));
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
    tell(`${command} is not supported in threads. Write @${ctx.person(state.app.bot_user_id).name} in place of it.`);
    return false;
  }
  const answer = await act({ do: "command", command, text, channel: placeId() });
  return answer !== null;
}

/** Commands while one is being typed, and people and channels for the name at the end. */
function suggestions(text, thread) {
  if (/^\/\S*$/.test(text) && !thread) {
    const fitting = state.app.commands.filter((each) => each.command.startsWith(text) && each.command !== text);
    return fitting.map(({ command, description, usage_hint }) => (
      { label: `${command} ${usage_hint}`, detail: description, whole: `${command} ` }
    ));
  }
  const [, before, mark, start] = /^(.*(?:^|\s))([@#])([\w.-]*)$/s.exec(text) ?? [];
  if (!mark) return [];
  const named = mark === "@" ? state.people : ctx.channels();
  const fits = ({ name, real_name = "" }) => name !== start && `${name} ${real_name}`.toLowerCase().includes(start.toLowerCase());
  return named.filter(fits).slice(0, 6).map(({ name, real_name = "" }) => (
    { label: mark + name, detail: real_name, whole: `${before}${mark}${name} ` }
  ));
}
