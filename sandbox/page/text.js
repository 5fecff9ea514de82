/** Slack's texts as elements: mrkdwn, the `markdown` block's Markdown, and rich text. Rough where Slack is subtle. */

import { h } from "./dom.js";

export const EMOJI = Object.fromEntries(
  `+1 👍|-1 👎|eyes 👀|white_check_mark ✅|heavy_check_mark ✔️|x ❌|tada 🎉|heart ❤️|raised_hands 🙌|pray 🙏|rocket 🚀|fire 🔥
  thinking_face 🤔|smile 😄|slightly_smiling_face 🙂|neutral_face 😐|slightly_frowning_face 🙁|disappointed 😞|joy 😂|wave 👋|clap 👏
  ok_hand 👌|100 💯|bulb 💡|warning ⚠️|rotating_light 🚨|information_source ℹ️|question ❓|exclamation ❗|mag 🔍|lock 🔒|key 🔑
  hourglass_flowing_sand ⏳|stopwatch ⏱️|calendar 📅|bell 🔔|no_bell 🔕|speech_balloon 💬|thought_balloon 💭|memo 📝|books 📚|book 📖
  link 🔗|package 📦|gear ⚙️|wrench 🔧|hammer_and_wrench 🛠️|construction 🚧|bug 🐛|robot_face 🤖|star ⭐|sparkles ✨|seedling 🌱
  chart_with_upwards_trend 📈|bar_chart 📊|arrow_right ➡️|red_circle 🔴|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵
  white_circle ⚪|handshake 🤝|muscle 💪|trophy 🏆|coffee ☕|sos 🆘|thumbsup 👍|thumbsdown 👎|hand ✋|point_right 👉|loudspeaker 📢`
    .split(/[|\n]\s*/)
    .map((pair) => pair.split(" ")),
);

const ADDRESS = String.raw`https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]]`;
const NOT_IN_WORD = String.raw`(?<![\p{L}\p{N}])`;
const MRKDWN = new RegExp(
  String.raw`\x60([^\x60\n]+)\x60|<([^<>\n]+)>|:([a-z0-9_+-]+):|(${ADDRESS})|` +
    String.raw`${NOT_IN_WORD}([*_~])(?!\s)((?:<[^<>\n]*>|\x60[^\x60\n]+\x60|(?!\5)[^\n<\x60])+)(?<!\s)\5(?![\p{L}\p{N}])`,
  "gu",
);
const MARKDOWN = new RegExp(
  String.raw`\x60([^\x60\n]+)\x60|<([^<>\n]+)>|:([a-z0-9_+-]+):|(${ADDRESS})|\[([^\]\n]+)\]\(([^()\s]+)\)|` +
    String.raw`(\*\*|__|~~)(?!\s)([^\n]+?)(?<!\s)\7|${NOT_IN_WORD}([*_])(?!\s)([^*_\n]+)(?<!\s)\9(?![\p{L}\p{N}])`,
  "gu",
);
const LINE_KINDS = [
  ["heading", /^#{1,6}\s+/],
  ["rule", /^\s*([-*_])(\s*\1){2,}\s*$/],
  ["ul", /^\s*[-*+]\s+/],
  ["ol", /^\s*\d+[.)]\s+/],
  ["blockquote", /^>\s?/],
  ["table", /^\s*\|/],
  ["gap", /^\s*$/],
];

/** Slack's own markup. `ctx` knows the names of people, channels and groups. */
export function mrkdwn(text, ctx) {
  return withFences(text, (part) =>
    runs(part.split("\n"), [["blockquote", /^(>|&gt;) ?/]]).map(([kind, lines]) =>
      h(kind === "blockquote" ? kind : "div.text", {}, slackInline(lines.join("\n"), ctx)),
    ),
  );
}

/** The Markdown of a `markdown` block. */
export function markdown(text, ctx) {
  const inline = (line) => markdownInline(line, ctx);
  return withFences(text, (part) => runs(part.split("\n"), LINE_KINDS).flatMap(([kind, lines]) => markdownRun(kind, lines, inline)));
}

export function richText(block, ctx) {
  return block.elements.map((part) => richPart(part, ctx));
}

/** What a person would have typed for this text: mentions by name, addresses bare. */
export function composed(text, ctx) {
  const names = text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${ctx.person(id).name}`)
    .replace(/<#(\w+)(?:\|[^>]*)?>/g, (_, id) => `#${ctx.channelName(id) ?? id}`)
    .replace(/<!subteam\^(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${ctx.usergroup(id)?.handle ?? id}`)
    .replace(/<!(here|channel|everyone)>/g, "@$1");
  return unescaped(names.replace(/<([^<>|]+)(?:\|[^>]*)?>/g, "$1"));
}

/** A text object of either kind. */
export function textObject(text, ctx) {
  return text.type === "mrkdwn" ? mrkdwn(text.text, ctx) : plain(text.text);
}

export function plain(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
}

/** What Slack's composer makes of typed text: entities escaped, addresses as links. */
export function typed(text) {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return escaped.replace(/https?:\/\/(?:(?!&[lg]t;)\S)*[^\s.,;:!?)]/g, (address) => `<${address}>`);
}

function withFences(text, draw) {
  const parts = text.split(/```(?:\w*\n)?([\s\S]*?)\n?```\n?/g);
  return parts.flatMap((part, index) => {
    if (index % 2) return h("pre", { tabindex: 0 }, h("code", {}, unescaped(part)));
    return part ? draw(part.replace(/\n$/, "")) : [];
  });
}

/** Neighbouring lines of one kind, as `[kind, lines without their marks]`; kind "p" where none fits. */
function runs(lines, kinds) {
  const found = [];
  for (const line of lines) {
    const [kind, mark] = kinds.find(([, pattern]) => pattern.test(line)) ?? ["p", /^/];
    if (found.at(-1)?.[0] !== kind) found.push([kind, []]);
    found.at(-1)[1].push(kind === "table" ? line : line.replace(mark, ""));
  }
  return found;
}

function markdownRun(kind, lines, inline) {
  if (kind === "gap") return [];
  if (kind === "rule") return h("hr");
  if (kind === "heading") return lines.map((line) => h("h4", {}, inline(line)));
  if (kind === "ul" || kind === "ol") return h(kind, {}, lines.map((line) => h("li", {}, inline(line))));
  if (kind === "table") return markdownTable(lines, inline);
  return h(kind === "p" ? "p.text" : kind, {}, inline(lines.join("\n")));
}

function markdownTable(lines, inline) {
  const rows = lines.filter((line) => !/^[\s|:-]+$/.test(line)).map((line) => line.trim().replace(/^\||\|$/g, "").split("|"));
  return h("table", {}, rows.map((row, index) => h("tr", {}, row.map((cell) => h(index ? "td" : "th", {}, inline(cell.trim()))))));
}

/** The text with each match of the pattern drawn, and all between unescaped. */
function pieces(text, pattern, draw) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    nodes.push(unescaped(text.slice(end, found.index)), draw(found));
    end = found.index + found[0].length;
  }
  return [...nodes, unescaped(text.slice(end))];
}

function shared([whole, code, angled, emoji, address], ctx) {
  if (code) return h("code", {}, unescaped(code));
  if (angled) return reference(angled, ctx);
  if (emoji) return EMOJI[emoji] ?? whole;
  return address ? link(unescaped(address)) : null;
}

function slackInline(text, ctx) {
  return pieces(text, MRKDWN, (found) => {
    const styled = () => h({ "*": "strong", _: "em", "~": "s" }[found[5]], {}, slackInline(found[6], ctx));
    return shared(found, ctx) ?? styled();
  });
}

function markdownInline(text, ctx) {
  return pieces(text, MARKDOWN, (found) => {
    const [label, target, strong, strongText, , emText] = found.slice(5);
    const simple = shared(found, ctx);
    if (simple) return simple;
    if (label) return link(target, markdownInline(label, ctx));
    if (strong) return h(strong === "~~" ? "s" : "strong", {}, markdownInline(strongText, ctx));
    return h("em", {}, markdownInline(emText, ctx));
  });
}

/** What stands in angle brackets: a mention, a date or a link. */
function reference(body, ctx) {
  const [target, label] = body.split(/\|(.*)/s);
  const named = (name) => (label ? unescaped(label) : name);
  if (target[0] === "@") return userMention(target.slice(1), ctx);
  if (target[0] === "#") return mention(`#${ctx.channelName(target.slice(1)) ?? named(target.slice(1))}`);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), ctx, label);
  if (target.startsWith("!date^")) return dated(target.split("^"), label, ctx);
  if (target[0] === "!") return mention(`@${target.slice(1)}`);
  return link(unescaped(target), label && unescaped(label));
}

/** `!date^seconds^format^link`, in the reader's own time. */
function dated([, seconds, format = "", address], label, ctx) {
  const day = { day: "numeric", month: "long", year: "numeric" };
  const short = { day: "numeric", month: "short", year: "numeric" };
  const kinds = {
    date_num: { day: "2-digit", month: "2-digit", year: "numeric" }, date: day, date_short: short, date_long: { weekday: "long", ...day },
    date_pretty: day, date_short_pretty: short, date_long_pretty: { weekday: "long", ...day },
    time: { hour: "2-digit", minute: "2-digit" }, time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  };
  const text = format.replace(/\{(\w+)\}/g, (whole, kind) => (kinds[kind] ? ctx.date(seconds, kinds[kind]) : whole));
  const shown = Number.isFinite(Number(seconds)) ? text : unescaped(label ?? "");
  return address ? link(address, shown) : shown;
}

function mention(text, isMe = false, title = null) {
  return h(isMe ? "span.mention.me" : "span.mention", { title }, text);
}

function userMention(id, ctx) {
  const { real_name: name, deleted } = ctx.person(id);
  return mention(`@${name}`, id === ctx.me, deleted ? `${name} is deactivated` : null);
}

function groupMention(id, ctx, label) {
  const group = ctx.usergroup(id);
  return mention(group ? `@${group.handle}` : (label ?? `@${id}`), group?.users.includes(ctx.me));
}

/** A link in a new tab; other schemes than the web's and mail's stay text. */
export function link(address, label) {
  if (!/^(https?:\/\/|mailto:)/i.test(address)) return h("span", {}, label ?? address);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label ?? address.replace(/^mailto:/, ""));
}

function unescaped(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

function richPart(part, ctx) {
  const leaves = () => part.elements.map((leaf) => richLeaf(leaf, ctx));
  switch (part.type) {
    case "rich_text_list":
      return richList(part, ctx);
    case "rich_text_quote":
      return h("blockquote", {}, leaves());
    case "rich_text_preformatted":
      return h("pre", { tabindex: 0 }, h("code", {}, leaves()));
    default:
      return h("div.text", {}, leaves());
  }
}

/** Slack's lists are not nested: each says how far in it stands, and with which number it begins. */
function richList({ style, indent = 0, offset = 0, elements }, ctx) {
  const list = h(style === "ordered" ? "ol" : "ul", { start: offset ? offset + 1 : null }, elements.map((item) => h("li", {}, richPart(item, ctx))));
  list.style.marginLeft = `${indent * 24}px`;
  return list;
}

function richLeaf(leaf, ctx) {
  switch (leaf.type) {
    case "text":
      return styled(leaf.text, leaf.style);
    case "link":
      return styled(link(leaf.url, leaf.text), leaf.style);
    case "user":
      return userMention(leaf.user_id, ctx);
    case "usergroup":
      return groupMention(leaf.usergroup_id, ctx);
    case "channel":
      return mention(`#${ctx.channelName(leaf.channel_id) ?? leaf.channel_id}`);
    case "broadcast":
      return mention(`@${leaf.range}`);
    case "emoji":
      return EMOJI[leaf.name] ?? `:${leaf.name}:`;
    case "date":
      return dated(["", leaf.timestamp, leaf.format, leaf.url], leaf.fallback, ctx);
    case "color":
      return h("code", {}, leaf.value);
    default:
      return leaf.fallback ?? leaf.text ?? "";
  }
}

function styled(content, style = {}) {
  const tags = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };
  return Object.entries(tags).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), content);
}
