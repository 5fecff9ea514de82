/**
 * Fields that keep a value, each as `(element, {id, value, placeholder, "aria-label", autofocus}, ctx)`.
 *
 * What comes back can be asked by `read()`: a text, a number of seconds, an id, an option's value, or several; null
 * where nothing is filled in.
 */

import { h } from "./dom.js";
import { plain, textObject } from "./text.js";

const TYPES = { email_text_input: "email", url_text_input: "url", number_input: "number", datepicker: "date", timepicker: "time" };
const LONG_LIST = 8; // choices from which on one can search them

export const FIELDS = {
  plain_text_input: textInput,
  email_text_input: typedInput,
  url_text_input: typedInput,
  number_input: typedInput,
  datepicker: typedInput,
  timepicker: typedInput,
  datetimepicker: momentInput,
  rich_text_input: richInput,
  ...both("static_select", (each) => grouped(each)),
  ...both("users_select", (each, ctx) => people(ctx)),
  ...both("channels_select", (each, ctx) => channels(ctx)),
  ...both("conversations_select", (each, ctx) => channels(ctx)),
  radio_buttons: (each, named, ctx) => choices("radio", each, named, ctx),
  checkboxes: (each, named, ctx) => choices("checkbox", each, named, ctx),
};

/** A select of one and of many from the same list. */
function both(type, list) {
  return {
    [type]: (each, named, ctx) => select(list(each, ctx), named),
    [`multi_${type}`]: (each, named, ctx) => many(list(each, ctx), each, named),
  };
}

function valued(node) {
  return Object.assign(node, { read: () => node.value || null });
}

function typedInput(each, named) {
  const step = each.type === "number_input" && each.is_decimal_allowed ? "any" : null;
  return valued(h("input", { type: TYPES[each.type], min: each.min_value, max: each.max_value, step, ...named }));
}

function textInput(each, { value, ...named }) {
  const lengths = { minlength: each.min_length, maxlength: each.max_length };
  if (each.multiline) return valued(h("textarea", { rows: 4, ...named, ...lengths }, value));
  return valued(h("input", { type: "text", value, ...named, ...lengths }));
}

/** A moment in the person's own time, kept in seconds since the epoch. */
function momentInput(each, { value, ...named }, ctx) {
  const node = h("input", { type: "datetime-local", value: value && localTime(value, ctx.zone), ...named });
  return Object.assign(node, { read: () => (node.value ? secondsOf(node.value, ctx.zone) : null) });
}

/** The lines as written, without marks for bold and lists: a `rich_text` of one section. */
function richInput(each, { value, ...named }) {
  const leaves = (value?.elements ?? []).flatMap((part) => part.elements ?? []);
  const node = h("textarea", { rows: 4, ...named }, leaves.map((leaf) => leaf.text ?? "").join(""));
  const section = () => ({ type: "rich_text_section", elements: [{ type: "text", text: node.value }] });
  return Object.assign(node, { read: () => (node.value ? { type: "rich_text", elements: [section()] } : null) });
}

function select(groups, { value, placeholder, ...named }) {
  const options = (list) => list.map(([own, text]) => h("option", { value: own, selected: own === value }, text));
  return valued(h("select", named,
    h("option", { value: "" }, placeholder ?? "Choose…"),
    groups.map(({ label, list }) => (label ? h("optgroup", { label }, options(list)) : options(list)))));
}

/** Several of a list: boxes to tick, and a search where the list is long. */
function many(groups, each, { value, id, "aria-label": label, placeholder }) {
  const chosen = new Set([value].flat());
  const box = ([own, text]) =>
    h("label.choice", {}, h("input", { type: "checkbox", name: id, value: own, checked: chosen.has(own) }), h("span", {}, text));
  const lists = groups.map(({ label: title, list }) => [title && h("div.choices-title", {}, title), list.map(box)]);
  const count = groups.reduce((sum, { list }) => sum + list.length, 0);
  const inside = h("div.choices-scroll", { tabindex: 0, role: "group", "aria-label": placeholder ?? "Choices" }, lists);
  const find = h("input", { type: "search", "aria-label": "Search these", placeholder: placeholder ?? "Search", oninput: () => filter(inside, find.value) });
  find.addEventListener("change", (event) => event.stopPropagation()); // to search is not to choose
  const node = h("fieldset.many", { id, "aria-label": label }, count >= LONG_LIST && find, inside);
  const ticked = () => [...node.querySelectorAll("input:checked")].map((one) => one.value);
  const hold = () => {
    const isFull = ticked().length >= (each.max_selected_items ?? Infinity);
    node.querySelectorAll("input[type=checkbox]:not(:checked)").forEach((one) => (one.disabled = isFull));
  };
  node.addEventListener("input", hold);
  hold();
  return Object.assign(node, { read: ticked });
}

function filter(inside, words) {
  for (const one of inside.querySelectorAll(".choice")) one.hidden = !one.textContent.toLowerCase().includes(words.toLowerCase());
}

function choices(type, each, { value, id, "aria-label": label }, ctx) {
  const chosen = new Set([value].flat());
  const boxes = each.options.map((option) =>
    h("label.choice", {},
      h("input", { type, name: id, value: option.value, checked: chosen.has(option.value) }),
      h("span", {}, textObject(option.text, ctx), option.description && h("small", {}, textObject(option.description, ctx)))));
  const node = h("fieldset", { id, "aria-label": label, role: type === "radio" ? "radiogroup" : null }, boxes);
  const ticked = () => [...node.querySelectorAll("input:checked")].map((box) => box.value);
  return Object.assign(node, { read: () => (type === "radio" ? (ticked()[0] ?? null) : ticked()) });
}

function grouped(each) {
  const pairs = (options) => options.map((option) => [option.value, plain(option.text.text)]);
  const groups = each.option_groups ?? [{ options: each.options }];
  return groups.map((group) => ({ label: group.label && plain(group.label.text), list: pairs(group.options) }));
}

function people(ctx) {
  return [{ list: ctx.people().map((person) => [person.id, person.real_name]) }];
}

function channels(ctx) {
  return [{ list: ctx.channels().map((channel) => [channel.id, `#${channel.name}`]) }];
}

/** As a `datetime-local` input has it. */
function localTime(seconds, zone) {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", timeZone: zone,
  });
  return parts.format(seconds * 1000).replace(" ", "T");
}

/** The other way: taken as UTC first, then moved by what that zone's clock shows then. */
function secondsOf(local, zone) {
  const wanted = Date.parse(`${local}Z`) / 1000;
  const shown = Date.parse(`${localTime(wanted, zone)}Z`) / 1000;
  return wanted - (shown - wanted);
}
