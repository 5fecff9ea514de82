/** What opens above the page and takes the keyboard: menus, and dialogs with a question or a list. */

import { h, iconButton } from "./dom.js";

const COLUMNS = 8; // of a grid of emoji, in style.css

/**
 * A menu of `{label, text, isDanger, run}` beside its button; a grid where the items have a `text`.
 * Arrows move, a letter goes to the next that begins with it, Escape and clicks elsewhere close it.
 */
export function openMenu(button, items, name) {
  const isGrid = items.some((item) => item.text);
  const entries = items.map(({ label, text, isDanger, run }) => {
    const node = h("button", { type: "button", role: "menuitem", tabindex: -1, "aria-label": label, title: text && label },
      text ?? label);
    node.classList.toggle("danger", Boolean(isDanger));
    node.addEventListener("click", () => (menu.hidePopover(), run()));
    return node;
  });
  const menu = h("div.menu", { popover: "auto", role: "menu", "aria-label": name }, entries);
  menu.classList.toggle("grid", isGrid);
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    button.ariaExpanded = null;
    if (menu.contains(document.activeElement) || document.activeElement === document.body) backTo(button);
    menu.remove();
  });
  menu.addEventListener("keydown", (event) => moveIn(event, entries, isGrid ? COLUMNS : 1));
  (button.closest("dialog") ?? document.body).append(menu); // not beside the button: that may hide with its toolbar
  menu.showPopover();
  button.ariaExpanded = "true";
  placeAt(menu, button);
  entries[0]?.focus();
}

/** A dialog over the page with a title; `fill(close)` gives what stands in it. It is gone once closed. */
export function openDialog(title, fill, { kind = "small", onclose = () => {} } = {}) {
  const close = () => dialog.close();
  const dialog = h(`dialog.${kind}`, { "aria-label": title, onclose: () => (dialog.remove(), onclose()) });
  dialog.append(h("header.place", {}, h("h2", {}, title), iconButton("close", "Close", close)), ...[fill(close)].flat());
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Whether the person says yes. */
export function asks(title, body, { yes, no, style = "primary" }) {
  return new Promise((resolve) => {
    const answer = (value) => () => resolve(value);
    const dialog = h("dialog.small", { "aria-label": title, onclose: () => (dialog.remove(), resolve(false)) },
      h("h2", {}, title),
      h("div.dialog-body", {}, body),
      h("form.dialog-buttons", { method: "dialog" },
        h("button.button", { onclick: answer(false) }, no),
        h(`button.button.${style}`, { onclick: answer(true) }, yes)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function moveIn(event, entries, columns) {
  const at = entries.indexOf(document.activeElement);
  const steps = { ArrowDown: columns, ArrowRight: 1, ArrowUp: -columns, ArrowLeft: -1 };
  const step = steps[event.key];
  const wanted = { Home: 0, End: entries.length - 1 }[event.key];
  const named = event.key.length === 1 ? startingWith(entries, at, event.key) : undefined;
  if (step === undefined && wanted === undefined && named === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const target = wanted ?? named ?? (at + step + entries.length) % entries.length;
  entries.at(target)?.focus();
}

function startingWith(entries, at, letter) {
  const begins = (index) => entries[index].ariaLabel.toLowerCase().startsWith(letter.toLowerCase());
  const order = entries.map((_, index) => (at + 1 + index) % entries.length);
  return order.find(begins);
}

/** Below the button, or above it where there is no room; within the window. */
function placeAt(menu, button) {
  const at = button.getBoundingClientRect();
  const below = at.bottom + menu.offsetHeight < innerHeight ? at.bottom + 4 : at.top - menu.offsetHeight - 4;
  menu.style.top = `${Math.max(4, below)}px`;
  menu.style.left = `${Math.max(4, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`;
}

/** The keyboard goes back to the button, through the message whose toolbar it stands in. */
function backTo(button) {
  button.closest("article")?.focus();
  button.focus();
}
