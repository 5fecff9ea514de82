/** Messages as people see them, with their reactions, threads and menus. */

import { drawBlocks } from "./blocks.js";
import { badges, about } from "./ctx.js";
import { avatar, h, icon, iconButton } from "./dom.js";
import { asks, openMenu } from "./menus.js";
import { EMOJI, mrkdwn } from "./text.js";

const QUICK = "+1 eyes white_check_mark tada heart raised_hands rocket thinking_face -1 x pray 100".split(" ");
const GROUPED_WITHIN_S = 300; // what one person writes in a row stands under one name
const NOTICES = new Set(["channel_join", "channel_leave", "group_join", "group_leave"]);

/**
 * Entries for `keep`: the messages by time, with a line for each new day and one before what is new.
 * `editing` is the ts of the message being edited, `editor` draws its box.
 */
export function timeline(messages, ctx, { isThread = false, newSince = null, statuses = {}, editing, editor } = {}) {
  const entries = [];
  let previous = null;
  let isOld = newSince !== null;
  for (const message of messages) {
    const day = ctx.day(message.ts);
    if (!isThread && (!previous || ctx.day(previous.ts) !== day)) {
      entries.push(dayLine(day));
      previous = null;
    }
    if (isOld && message.ts > newSince && message.user !== ctx.me) {
      entries.push(newLine());
      [isOld, previous] = [false, null];
    }
    const how = {
      isThread,
      isCompact: previous !== null && follows(previous, message),
      isEditing: editing === message.ts,
      status: isThread ? undefined : statuses[message.ts],
    };
    const replied = message.replies && ctx.moment(message.replies.latest); // "today" is not so for ever
    const stamp = JSON.stringify([message, how, ctx.me, day, replied, namesIn(message, ctx)]);
    const key = `${message.ts}${message.is_ephemeral ? " only" : ""}`;
    entries.push({ key, stamp, draw: () => drawMessage(message, ctx, how, editor) });
    previous = message;
    if (isThread && message === messages[0] && messages.length > 1) {
      entries.push(countLine(messages.length - 1));
      previous = null;
    }
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

function dayLine(day) {
  return { key: `day ${day}`, stamp: day, draw: () => h("div.day", { role: "separator", "aria-label": day }, h("span", {}, day)) };
}

/** Between a thread's first message and the answers. */
function countLine(count) {
  const said = count === 1 ? "1 reply" : `${count} replies`;
  return { key: "count", stamp: said, draw: () => h("div.day.replies", { role: "separator", "aria-label": said }, h("span", {}, said)) };
}

function newLine() {
  return { key: "new", stamp: "new", draw: () => h("div.day.new", { role: "separator", "aria-label": "New" }, h("span", {}, "New")) };
}

/** What the drawing takes from elsewhere: the author as they are now. */
function namesIn(message, ctx) {
  const { real_name: name, is_away: isAway, deleted, hue } = ctx.author(message);
  return [name, isAway, deleted, hue];
}

function follows(previous, message) {
  const isSame = ["user", "bot_id", "is_ephemeral"].every((name) => previous[name] === message[name]);
  const isPlain = !isNotice(previous) && !isNotice(message) && !message.is_ephemeral;
  return isSame && isPlain && !previous.replies && message.ts - previous.ts < GROUPED_WITHIN_S;
}

function isNotice(message) {
  return NOTICES.has(message.subtype) || message.subtype === "tombstone";
}

function drawMessage(message, ctx, { isCompact, isThread, isEditing, status }, editor) {
  const author = ctx.author(message);
  const time = ctx.time(message.ts);
  const node = h("article.message", { tabindex: 0, "aria-label": `${author.real_name}, ${time}` },
    h("div.gutter", {}, isCompact ? clock(message, time) : avatar(author)),
    h("div.body", {},
      isCompact ? null : h("header", {},
        h("span.name", { title: about(author) }, author.real_name), badges(author), clock(message, time)),
      message.is_ephemeral && h("p.only-you", {}, icon("eye"), "Only visible to you"),
      message.subtype === "thread_broadcast" && !isThread && inThread(message, ctx),
      isEditing ? editor(message) : content(message, ctx),
      reactions(message, ctx),
      message.replies && threadSummary(message, ctx),
      status && h("p.status", { role: "status" }, `${ctx.author({ bot_id: "app" }).real_name} ${status}`)),
    isNotice(message) || isEditing ? null : tools(message, ctx, isThread));
  node.classList.toggle("compact", isCompact);
  node.classList.toggle("notice", isNotice(message));
  node.classList.toggle("ephemeral", message.is_ephemeral);
  return node;
}

function clock(message, time) {
  return h("time", { datetime: new Date(message.ts * 1000).toISOString() }, time);
}

function inThread(message, ctx) {
  return h("button.in-thread", { type: "button", onclick: () => ctx.openThread(message.thread_ts) }, "Replied in a thread");
}

function content(message, ctx) {
  const surface = { order: { channel: message.channel, ts: message.ts } };
  const own = message.blocks?.length ? drawBlocks(message.blocks, surface, ctx) : mrkdwn(message.text, ctx);
  const attached = (message.attachments ?? []).map((each) => attachment(each, surface, ctx));
  const node = h("div.content", {}, own, attached);
  const text = node.lastElementChild?.matches(".text") ? node.lastElementChild : node; // at the end of its line
  if (message.edited) text.append(h("small.edited", {}, "(edited)"));
  if (message.is_growing) node.append(h("p.growing", { role: "status" }, "is writing …"));
  return node;
}

function attachment(each, surface, ctx) {
  return h("div.attachment", {},
    each.pretext && mrkdwn(each.pretext, ctx),
    each.title && h("strong", {}, each.title),
    each.blocks ? drawBlocks(each.blocks, surface, ctx) : mrkdwn(each.text ?? each.fallback ?? "", ctx),
    each.footer && h("small.muted", {}, each.footer));
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

function threadSummary(message, ctx) {
  const { count, authors, latest, new: unseen } = message.replies;
  return h("button.thread-summary", { type: "button", onclick: () => ctx.openThread(message.ts) },
    authors.map((id) => avatar(ctx.person(id))),
    h("b", {}, count === 1 ? "1 reply" : `${count} replies`),
    unseen > 0 && h("span.count", {}, `${unseen} new`),
    h("span.muted", {}, `Last reply ${ctx.moment(latest)}`));
}

function tools(message, ctx, isThread) {
  if (message.is_ephemeral) return null;
  const where = { channel: message.channel, ts: message.ts };
  const react = (name) => ({ label: name, text: EMOJI[name], run: () => ctx.act({ do: "react", ...where, name }) });
  const all = [...QUICK, ...Object.keys(EMOJI).filter((name) => !QUICK.includes(name) && !name.startsWith("thumbs"))];
  const opens = (items, name) => (event) => openMenu(event.currentTarget, items(), name);
  const more = () => moreActions(message, where, ctx, isThread);
  const hasMore = ctx.shortcuts("message").length > 0 || message.user === ctx.me;
  return h("div.tools", { role: "group", "aria-label": "Message actions" },
    iconButton("smile", "Add reaction", opens(() => all.map(react), "Add reaction")),
    !isThread && iconButton("reply", "Reply in thread", () => ctx.openThread(message.thread_ts ?? message.ts)),
    hasMore && iconButton("more", "More actions", opens(more, "More actions")));
}

/** The app's shortcuts, and what one may do with one's own messages. */
function moreActions(message, where, ctx, isThread) {
  const shortcuts = ctx.shortcuts("message").map(({ name, callback_id }) => ({
    label: name,
    run: () => ctx.act({ do: "shortcut", callback_id, ...where }),
  }));
  if (message.user !== ctx.me) return shortcuts;
  return [
    ...shortcuts,
    { label: "Edit message", run: () => ctx.edit(message.ts, isThread) },
    { label: "Delete message", isDanger: true, run: () => remove(message, where, ctx) },
  ];
}

async function remove(message, where, ctx) {
  const quoted = h("blockquote", {}, mrkdwn(message.text, ctx));
  const words = { yes: "Delete", no: "Cancel", style: "danger" };
  if (await asks("Delete message", ["This cannot be undone.", quoted], words)) await ctx.act({ do: "delete", ...where });
}
