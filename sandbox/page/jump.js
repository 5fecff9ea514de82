/** Ways around by keyboard: jumping to a place by its name, and the list of keys. */

import { h } from "./dom.js";
import { openDialog } from "./menus.js";
import { places } from "./places.js";

const SHOWN = 8;
const KEYS = [
  ["Ctrl K", "Jump to a place"],
  ["↑ ↓", "From message to message, once one has the focus"],
  ["Tab", "Into a message: its buttons, reactions and menu"],
  ["Enter", "Send; Shift Enter begins a new line"],
  ["/", "At the start: the app's commands. @ people, # channels, : emoji"],
  ["↑", "In an empty box: edit your last message"],
  ["Esc", "Close what is open"],
  ["Ctrl /", "This list"],
];

/** A box that finds places by their names; Enter goes to the one marked. */
export function openJump(go) {
  if (document.querySelector("dialog[open]")) return;
  const all = places().filter((each) => each.at);
  let found = all;
  let marked = 0;
  const list = h("ul.choices", { id: "jump-list", role: "listbox", "aria-label": "Places" });
  const box = h("input", {
    type: "text", role: "combobox", "aria-label": "Name of a place", "aria-controls": "jump-list", "aria-expanded": "true",
    "aria-autocomplete": "list", placeholder: "Name of a channel", autocomplete: "off",
  });

  function draw() {
    list.replaceChildren(...found.map((each, index) =>
      h("li", { id: `jump-${index}`, role: "option", "aria-selected": String(index === marked), onclick: () => take(index) },
        each.isApp || each.isGroup ? each.name : `#${each.name}`, each.unread || each.calls ? h("span.dot") : null)));
    box.setAttribute("aria-activedescendant", found.length ? `jump-${marked}` : "");
  }

  function search() {
    const wanted = box.value.trim().toLowerCase().replace(/^#/, "");
    const rank = ({ name }) => (name.toLowerCase().startsWith(wanted) ? 0 : 1);
    found = all.filter(({ name }) => name.toLowerCase().includes(wanted)).sort((one, other) => rank(one) - rank(other)).slice(0, SHOWN);
    marked = 0;
    draw();
  }

  function take(index) {
    dialog.close();
    if (found[index]) go(found[index].at);
  }

  box.addEventListener("input", search);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") (event.preventDefault(), take(marked));
    if (!step || !found.length) return;
    event.preventDefault();
    marked = (marked + step + found.length) % found.length;
    draw();
  });
  const dialog = openDialog("Jump to…", () => h("div.dialog-body.jumping", {}, box, list));
  search();
  box.focus();
}

export function openKeys() {
  if (document.querySelector("dialog[open]")) return;
  const rows = KEYS.map(([keys, does]) => [h("dt", {}, h("kbd", {}, keys)), h("dd", {}, does)]);
  openDialog("Keyboard", () => h("div.dialog-body", {}, h("dl.keys", {}, rows)));
}
