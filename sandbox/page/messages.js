/** Messages as people see them, with their reactions, threads and menus. */

import { drawBlocks } from "./blocks.js";
import { avatar, h, iconButton, openMenu } from "./dom.js";
import { EMOJI, mrkdwn } from "./text.js";

const QUICK = "+1 eyes white_check_mark tada heart raised_hands rocket thinking_face -1 x pray 100".split(" ");
const GROUPED_WITHIN_S = 300; // what one person writes in a row stands under one name
const NOTICES = new Set(["channel_join", "channel_leave", "group_join", "group_leave"]);

/** Entries for `keep`: the messages by time, with a line for each new day. */
export function timeline(messages, ctx, { replies = new Map(), isThread = false } = {}) {
  const entries = [];
  let previous = null;
  for (const message of messages) {
    const day = ctx.day(message.ts);
    if (!isThread && (!previous || ctx.day(previous.ts) !== day)) {
      entries.push({ key: `day ${day}`, stamp: day, draw: () => h("div.day", { role: "separator" }, h("span", {}, day)) });
      previous = null;
    }
    const isCompact = previous !== null && follows(previous, message, replies);
    const below = replies.get(message.ts) ?? [];
    const key = `${message.ts}${message.is_ephemeral ? " only" : ""}`;
    const stamp = JSON.stringify([message, isCompact, below.map((reply) => [reply.ts, reply.user]), ctx.me, day, isThread]);
    entries.push({ key, stamp, draw: () => drawMessage(message, ctx, { isCompact, below, isThread }) });
    previous = message;
  }
  return entries;
}

/** Up and down go from message to message. */
export function arrowKeys(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.matches("article")) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("article")];
  all[all.indexOf(event.target) + step]?.focus();
}

function follows(previous, message, replies) {
  const isSame = ["user", "bot_id", "is_ephemeral"].every((name) => previous[name] === message[name]);
  const isPlain = !NOTICES.has(previous.subtype) && !NOTICES.has(message.subtype) && !message.is_ephemeral;
  return isSame && isPlain && !replies.get(previous.ts)?.length && message.ts - previous.ts < GROUPED_WITHIN_S;
}

function drawMessage(message, ctx, { isCompact, below, isThread }) {
  const author = ctx.author(message);
  const time = ctx.time(message.ts);
  const notice = NOTICES.has(message.subtype) || message.subtype === "tombstone";
  const node = h("article.message", { tabindex: 0, "aria-label": `${author.real_name}, ${time}` },
    h("div.gutter", {}, isCompact ? stamp(message, time) : avatar(author)),
    h("div.body", {},
      isCompact ? null : h("header", {},
        h("span.name", {}, author.real_name), author.is_bot && h("span.badge", {}, "APP"), stamp(message, time)),
      message.is_ephemeral && h("p.only-you", {}, "Only visible to you"),
      message.subtype === "thread_broadcast" && !isThread && h("p.only-you", {}, "Replied to a thread"),
      content(message, ctx),
      reactions(message, ctx),
      below.length > 0 && threadSummary(message, below, ctx)),
    notice ? null : tools(message, ctx, isThread));
  node.classList.toggle("compact", isCompact);
  node.classList.toggle("notice", notice);
  node.classList.toggle("ephemeral", message.is_ephemeral);
  return node;
}

function stamp(message, time) {
  return h("time", { datetime: new Date(message.ts * 1000).toISOString() }, time);
}

function content(message, ctx) {
  const surface = { order: { channel: message.channel, ts: message.ts } };
  const own = message.blocks?.length ? drawBlocks(message.blocks, surface, ctx) : mrkdwn(message.text, ctx);
  const attached = (message.attachments ?? []).map((each) =>
    h("div.attachment", {}, each.blocks ? drawBlocks(each.blocks, surface, ctx) : mrkdwn(each.text ?? each.fallback ?? "", ctx)));
  const node = h("div.content", {}, own, attached);
  const text = node.lastElementChild?.matches(".text") ? node.lastElementChild : node; // at the end of its line
  if (message.edited) text.append(h("small.edited", {}, "(edited)"));
  if (message.is_growing) node.append(h("p.only-you", { role: "status" }, "is writing …"));
  return node;
}

function reactions(message, ctx) {
  if (!message.reactions.length) return null;
  const where = { channel: message.channel, ts: message.ts };
  return h("div.reactions", {}, message.reactions.map(({ name, users }) => {
    const isMine = users.includes(ctx.me);
    const who = users.map((user) => ctx.person(user).real_name).join(", ");
    const toggle = () => ctx.act({ do: isMine ? "unreact" : "react", ...where, name });
    const says = { title: who, "aria-label": `${name}: ${who}`, "aria-pressed": String(isMine) };
    return h("button.reaction", { type: "button", ...says, onclick: toggle },
      EMOJI[name] ?? `:${name}:`, h("span", {}, String(users.length)));
  }));
}

function threadSummary(message, below, ctx) {
  const authors = [...new Map(below.map((reply) => [ctx.author(reply).id, ctx.author(reply)])).values()];
  return h("button.thread-summary", { type: "button", onclick: () => ctx.openThread(message.ts) },
    authors.slice(0, 3).map(avatar),
    h("b", {}, below.length === 1 ? "1 reply" : `${below.length} replies`),
    h("span.muted", {}, `Last reply ${ctx.moment(below.at(-1).ts)}`));
}

function tools(message, ctx, isThread) {
  const where = { channel: message.channel, ts: message.ts };
  const react = (name) => ({ label: name, text: EMOJI[name], run: () => ctx.act({ do: "react", ...where, name }) });
  const shortcuts = ctx.shortcuts("message").map(({ name, callback_id }) => ({
    label: name,
    run: () => ctx.act({ do: "shortcut", callback_id, ...where }),
  }));
  const own = message.user === ctx.me ? [{ label: "Delete message", run: () => ctx.act({ do: "delete", ...where }) }] : [];
  const more = [...shortcuts, ...own];
  const opens = (items, name) => (event) => openMenu(event.currentTarget, items, name);
  if (message.is_ephemeral) return null;
  return h("div.tools", { role: "group", "aria-label": "Message actions" },
    iconButton("smile", "Add reaction", opens(QUICK.map(react), "Add reaction")),
    !isThread && iconButton("reply", "Reply in thread", () => ctx.openThread(message.thread_ts ?? message.ts)),
    more.length > 0 && iconButton("more", "More actions", opens(more, "More actions")));
}
