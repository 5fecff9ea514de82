/** What people press, choose and fill in inside blocks: drawn, read back, and sent to the app. */

import { h, icon, iconButton } from "./dom.js";
import { FIELDS } from "./fields.js";
import { asks, openMenu } from "./menus.js";
import { link, plain, textObject } from "./text.js";
import { unknown } from "./unknown.js";

const PRESSED = { button, icon_button: iconElement, image, overflow, feedback_buttons: feedbackButtons };
const NOT_HERE = {
  workflow_button: "a button that starts a workflow",
  external_select: "a list of choices that the app looks up",
  multi_external_select: "a list of choices that the app looks up",
  file_input: "a field for files",
};

/** One element; what keeps a value can be read back, and tells the app at once where Slack does. */
export function element(each, block, surface, ctx) {
  const press = (choice, control) => send(each, block, surface, ctx, { choice, control });
  if (PRESSED[each.type]) return PRESSED[each.type](each, press, ctx);
  if (!FIELDS[each.type]) return unknown(each, NOT_HERE[each.type]);
  const id = ["control", ...Object.values(surface.order), block.block_id, each.action_id].join("-");
  const label = block.type === "input" ? null : plain(each.placeholder?.text ?? block.text?.text ?? each.action_id);
  const draft = surface.draft?.[block.block_id] ?? {};
  const value = each.action_id in draft ? draft[each.action_id] : initial(each);
  const placeholder = each.placeholder && plain(each.placeholder.text);
  const named = { id, placeholder, value, "aria-label": label, autofocus: each.focus_on_load };
  const control = FIELDS[each.type](each, named, ctx);
  Object.assign(control.dataset, { block: block.block_id, action: each.action_id });
  if (block.type !== "input" || block.dispatch_action) {
    control.addEventListener("change", () => send(each, block, surface, ctx, { choice: control.read(), control }));
  }
  return control;
}

export function inputBlock(block, surface, ctx) {
  const control = element(block.element, block, surface, ctx);
  const label = [plain(block.label.text), block.optional && h("span.optional", {}, " (optional)")];
  const hint = block.hint && h("p.hint", { id: `${control.id}-hint` }, plain(block.hint.text));
  if (hint && control.id) control.setAttribute("aria-describedby", hint.id);
  if (control.matches("fieldset")) control.prepend(h("legend", {}, label));
  return h("div.input", {}, control.matches("fieldset") ? null : h("label", { for: control.id }, label), control, hint);
}

/** What is filled in below this element, as `{block id: {action id: value}}`. */
export function readState(root) {
  const state = {};
  for (const control of root.querySelectorAll("[data-action]")) {
    (state[control.dataset.block] ??= {})[control.dataset.action] = control.read();
  }
  return state;
}

/** Writes each error under its input and goes to the first; removes the earlier ones. */
export function showErrors(root, errors) {
  root.querySelectorAll(".problem").forEach((each) => each.remove());
  root.querySelectorAll("[aria-invalid]").forEach(unmark);
  for (const block of root.querySelectorAll(".input")) {
    const message = errors[block.dataset.blockId];
    if (!message) continue;
    const control = block.querySelector("[data-action]");
    const id = `${control.id}-error`;
    block.append(h("p.problem", { id, role: "alert" }, message));
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", id);
  }
  const first = root.querySelector("[aria-invalid]");
  (first?.matches("fieldset") ? first.querySelector("input") : first)?.focus();
}

/** Pictures stay where they are: nothing on this page leaves the machine. */
export function image(each) {
  const about = each.title ? plain(each.title.text) : each.alt_text;
  const address = each.image_url ?? each.slack_file?.url;
  return h("span.picture", { role: "note" }, "Picture, not loaded: ", address ? link(address, about) : about);
}

function unmark(control) {
  control.removeAttribute("aria-invalid");
  const hint = control.closest(".input")?.querySelector(".hint");
  if (hint) control.setAttribute("aria-describedby", hint.id);
  else control.removeAttribute("aria-describedby");
}

async function send(each, block, { order }, ctx, { choice, control }) {
  if (control.ariaBusy === "true" || (each.confirm && !(await confirmed(each.confirm, ctx)))) return;
  const form = control.closest("[data-view]");
  control.ariaBusy = "true";
  const act = { do: choice === undefined ? "press" : "select", ...order, element: each.action_id, block_id: block.block_id };
  await ctx.act({ ...act, choice, state: form ? readState(form) : undefined });
  control.ariaBusy = null;
}

/** Whether the person confirms. The object is Slack's confirmation dialog. */
function confirmed({ title, text, confirm, deny, style }, ctx) {
  return asks(plain(title.text), textObject(text, ctx), { yes: plain(confirm.text), no: plain(deny.text), style });
}

function button(each, press) {
  const label = each.accessibility_label && plain(each.accessibility_label.text ?? each.accessibility_label);
  const run = () => press(undefined, node);
  const node = each.url
    ? link(each.url, plain(each.text.text))
    : h("button", { type: "button", "aria-label": label }, plain(each.text.text));
  node.classList.add("button", ...(each.style ? [each.style] : []));
  node.addEventListener("click", run);
  return node;
}

/** Slack draws an icon; here its words stand. */
function iconElement(each, press, ctx) {
  const isFor = each.visible_to_user_ids;
  if (isFor && !isFor.includes(ctx.me)) return h("span");
  const node = h("button.button", { type: "button", title: each.accessibility_label }, plain(each.text.text));
  node.addEventListener("click", () => press(undefined, node));
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
  const [yes, no] = [each.positive_button, each.negative_button];
  const one = (choice, mark) =>
    h("button.button.marked", { type: "button", title: choice.accessibility_label, onclick: (event) => press(choice.value, event.currentTarget) },
      icon(mark), plain(choice.text.text));
  return h("span.feedback", { role: "group", "aria-label": "Feedback" }, one(yes, "up"), one(no, "down"));
}

/** What the app filled in itself, in the form `read()` gives. */
function initial(each) {
  const options = each.initial_options?.map((option) => option.value);
  const names = ["value", "date", "time", "date_time", "user", "users", "channel", "channels", "conversation", "conversations"];
  const given = names.map((name) => each[`initial_${name}`]).find((value) => value !== undefined);
  return given ?? each.initial_option?.value ?? options;
}
