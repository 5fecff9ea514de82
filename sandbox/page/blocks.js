/**
 * Block Kit as elements, for messages, modals and Home, and what was filled in read back.
 *
 * A surface is `{order, draft}`: the order's part that names it (`{channel, ts}` or `{view}`), and what was already
 * filled in, as `{block id: {action id: value}}`. What an act does is the caller's: `ctx.act(order)`.
 */

import { h, iconButton, openMenu } from "./dom.js";
import { link, markdown, plain, richText, textObject } from "./text.js";

const TYPES = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
};

const BLOCKS = {
  section: (block, surface, ctx) =>
    h("div.section", {},
      h("div.section-text", {},
        block.text && textObject(block.text, ctx),
        block.fields && h("div.fields", {}, block.fields.map((field) => h("div.field", {}, textObject(field, ctx))))),
      block.accessory && h("div.accessory", {}, element(block.accessory, block, surface, ctx))),
  header: (block) => h("h3.header", {}, plain(block.text.text)),
  divider: () => h("hr"),
  context: (block, surface, ctx) =>
    h("div.context", {}, block.elements.map((each) =>
      h("div", {}, each.type === "image" ? image(each) : textObject(each, ctx)))),
  actions: (block, surface, ctx) =>
    h("div.actions", {}, block.elements.map((each) => element(each, block, surface, ctx))),
  context_actions: (block, surface, ctx) =>
    h("div.actions", {}, block.elements.map((each) => element(each, block, surface, ctx))),
  markdown: (block, surface, ctx) => h("div.markdown", {}, markdown(block.text, ctx)),
  rich_text: (block, surface, ctx) => h("div.rich-text", {}, richText(block, ctx)),
  data_table: dataTable,
  data_visualization: (block) => (block.chart.type === "bar" ? barChart(block) : unknown(block)),
  image: (block) => image(block),
  input: inputBlock,
};

const ELEMENTS = {
  button,
  image,
  overflow,
  feedback_buttons: feedbackButtons,
  plain_text_input: textInput,
  email_text_input: typedInput,
  url_text_input: typedInput,
  number_input: typedInput,
  datepicker: typedInput,
  timepicker: typedInput,
  static_select: (each, named) => select(grouped(each), each, named),
  multi_static_select: (each, named) => select(grouped(each), each, named),
  users_select: (each, named, ctx) => select(people(ctx), each, named),
  multi_users_select: (each, named, ctx) => select(people(ctx), each, named),
  channels_select: (each, named, ctx) => select(channels(ctx), each, named),
  multi_channels_select: (each, named, ctx) => select(channels(ctx), each, named),
  conversations_select: (each, named, ctx) => select(channels(ctx), each, named),
  multi_conversations_select: (each, named, ctx) => select(channels(ctx), each, named),
  radio_buttons: (each, named, ctx) => choices("radio", each, named, ctx),
  checkboxes: (each, named, ctx) => choices("checkbox", each, named, ctx),
};
const PRESSED = new Set(["button", "image", "overflow", "feedback_buttons"]); // the others keep a value

export function drawBlocks(blocks, surface, ctx) {
  return blocks.map((block) => {
    const node = drawBlock(block, surface, ctx);
    node.classList.add("block");
    if (block.block_id) node.dataset.blockId = block.block_id;
    return node;
  });
}

/** The whole table, however long its pages in Slack; a cell of another kind than these is left empty. */
function dataTable(block, surface, ctx) {
  const cell = (each) => (each.type === "rich_text" ? richText(each, ctx) : String(each.text ?? each.value ?? ""));
  const [head, ...rows] = block.rows;
  return h("div.data-table", {}, h("table", {},
    h("caption", {}, block.caption),
    h("thead", {}, h("tr", {}, head.map((each) => h("th", { scope: "col" }, cell(each))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((each) => h("td", {}, cell(each))))))));
}

/** Stacked bars, one for each category; what each part is stands in the legend, and the numbers in its title. */
function barChart({ title, chart: { series, axis_config: axes } }) {
  const sums = axes.categories.map((_, at) => series.reduce((sum, each) => sum + each.data[at].value, 0));
  const highest = Math.max(...sums, 1);
  const part = (each, at, hue) => {
    const node = h(`span.bar-part.series-${hue}`, { title: `${each.name}: ${each.data[at].value}` });
    node.style.height = `${(each.data[at].value / highest) * 100}px`;
    return node;
  };
  const bars = axes.categories.map((label, at) =>
    h("span.bar", {}, series.map((each, hue) => part(each, at, hue)).reverse(), h("span.bar-label", {}, label)));
  const legend = series.map((each, hue) => h("span.legend", {}, h(`span.swatch.series-${hue}`), each.name));
  return h("figure.chart", { "aria-label": title },
    h("figcaption", {}, title), h("div.bars", {}, bars), h("div.legends", {}, legend));
}

/** A block of a kind or a shape this page does not know is named in its place: the rest still shows. */
function drawBlock(block, surface, ctx) {
  try {
    return (BLOCKS[block.type] ?? unknown)(block, surface, ctx);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return unknown(block);
  }
}

/** What is filled in below this element, as `{block id: {action id: value}}`; null where nothing is. */
export function readState(root) {
  const state = {};
  for (const control of root.querySelectorAll("[data-action]")) {
    (state[control.dataset.block] ??= {})[control.dataset.action] = control.read();
  }
  return state;
}

/** Writes each error under its input and goes to the first; removes the earlier ones. */
export function showErrors(root, errors) {
  root.querySelectorAll(".error").forEach((each) => each.remove());
  root.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
  for (const block of root.querySelectorAll(".input")) {
    const message = errors[block.dataset.blockId];
    if (!message) continue;
    const control = block.querySelector("[data-action]");
    const id = `${control.id}-error`;
    block.append(h("p.error", { id, role: "alert" }, message));
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", id);
  }
  const first = root.querySelector("[aria-invalid]");
  (first?.matches("fieldset") ? first.querySelector("input") : first)?.focus();
}

/** Whether the person confirms. The object is Slack's confirmation dialog. */
export function confirmed(confirm, ctx) {
  return new Promise((resolve) => {
    const answer = (value) => () => resolve(value);
    const dialog = h("dialog.confirm", { "aria-label": confirm.title.text, onclose: () => (dialog.remove(), resolve(false)) },
      h("h2", {}, plain(confirm.title.text)),
      h("div.dialog-body", {}, textObject(confirm.text, ctx)),
      h("form.dialog-buttons", { method: "dialog" },
        h("button.button", { onclick: answer(false) }, plain(confirm.deny.text)),
        h(`button.button.${confirm.style ?? "primary"}`, { onclick: answer(true) }, plain(confirm.confirm.text))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function inputBlock(block, surface, ctx) {
  const control = element(block.element, block, surface, ctx);
  const label = [plain(block.label.text), block.optional && h("span.optional", {}, " (optional)")];
  const hint = block.hint && h("p.hint", {}, plain(block.hint.text));
  if (control.matches("fieldset")) control.prepend(h("legend", {}, label));
  return h("div.input", {}, control.matches("fieldset") ? null : h("label", { for: control.id }, label), control, hint);
}

/** One element; what keeps a value can be read back, and tells the app at once where Slack does. */
function element(each, block, surface, ctx) {
  const draw = ELEMENTS[each.type];
  if (!draw) return unknown(each);
  if (PRESSED.has(each.type)) return draw(each, (choice, control) => send(each, block, surface, ctx, { choice, control }), ctx);
  const id = ["control", ...Object.values(surface.order), block.block_id, each.action_id].join("-");
  const label = block.type === "input" ? null : plain(each.placeholder?.text ?? block.text?.text ?? each.action_id);
  const draft = surface.draft?.[block.block_id] ?? {};
  const value = each.action_id in draft ? draft[each.action_id] : initial(each);
  const placeholder = each.placeholder && plain(each.placeholder.text);
  const control = draw(each, { id, placeholder, value, "aria-label": label, autofocus: each.focus_on_load }, ctx);
  Object.assign(control.dataset, { block: block.block_id, action: each.action_id });
  if (block.type !== "input" || block.dispatch_action) {
    control.addEventListener("change", () => send(each, block, surface, ctx, { choice: control.read(), control }));
  }
  return control;
}

async function send(each, block, { order }, ctx, { choice, control }) {
  if (control.ariaBusy === "true" || (each.confirm && !(await confirmed(each.confirm, ctx)))) return;
  const form = control.closest("[data-view]");
  control.ariaBusy = "true";
  const act = { do: choice === undefined ? "press" : "select", ...order, element: each.action_id, block_id: block.block_id };
  await ctx.act({ ...act, choice, state: form ? readState(form) : undefined });
  control.ariaBusy = null;
}

function button(each, press) {
  const label = each.accessibility_label && plain(each.accessibility_label);
  const run = () => press(undefined, node);
  const node = each.url
    ? link(each.url, plain(each.text.text))
    : h("button", { type: "button", "aria-label": label }, plain(each.text.text));
  node.classList.add("button", ...(each.style ? [each.style] : []));
  node.addEventListener("click", run);
  return node;
}

function overflow(each, press) {
  const items = each.options.map((option) => ({
    label: plain(option.text.text),
    run: () => press(option.value, node.firstChild),
  }));
  const node = h("span.overflow", {}, iconButton("more", "More", () => openMenu(node.firstChild, items, "More")));
  return node;
}

function feedbackButtons(each, press) {
  const both = [each.positive_button, each.negative_button];
  const run = (one) => (event) => press(one.value, event.currentTarget);
  return h("span.actions", {}, both.map((one) =>
    h("button.button", { type: "button", onclick: run(one) }, plain(one.text.text))));
}

/** Pictures stay where they are: nothing on this page leaves the machine. */
function image(each) {
  const about = each.title ? plain(each.title.text) : each.alt_text;
  return h("span.picture", {}, "Picture: ", each.image_url ? link(each.image_url, about) : about);
}

function unknown(each) {
  return h("div.unknown", {}, each.type ?? "unknown");
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

function select(groups, each, { value, placeholder, ...named }) {
  const isMany = each.type.startsWith("multi_");
  const chosen = new Set([value].flat());
  const options = (list) => list.map(([own, text]) => h("option", { value: own, selected: chosen.has(own) }, text));
  const node = h("select", { ...named, multiple: isMany },
    isMany ? null : h("option", { value: "" }, placeholder ?? "Choose…"),
    groups.map(({ label, list }) => (label ? h("optgroup", { label }, options(list)) : options(list))));
  const many = () => [...node.selectedOptions].map((option) => option.value);
  return Object.assign(node, { read: () => (isMany ? many() : node.value || null) });
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

function choices(type, each, { value, id, "aria-label": label }, ctx) {
  const chosen = new Set([value].flat());
  const boxes = each.options.map((option) =>
    h("label.choice", {},
      h("input", { type, name: id, value: option.value, checked: chosen.has(option.value) }),
      h("span", {}, textObject(option.text, ctx), option.description && h("small", {}, textObject(option.description, ctx)))));
  const node = h("fieldset", { id, "aria-label": label }, boxes);
  const ticked = () => [...node.querySelectorAll("input:checked")].map((box) => box.value);
  return Object.assign(node, { read: () => (type === "radio" ? (ticked()[0] ?? null) : ticked()) });
}

/** What the app filled in itself, in the form `read()` gives. */
function initial(each) {
  const options = each.initial_options?.map((option) => option.value);
  const names = ["value", "date", "time", "user", "users", "channel", "channels", "conversation", "conversations"];
  const given = names.map((name) => each[`initial_${name}`]).find((value) => value !== undefined);
  return given ?? each.initial_option?.value ?? options;
}
