/** Suggestions while one types: commands at the start; people, channels and emoji for the word before the cursor. */

import { ctx } from "./ctx.js";
import { h } from "./dom.js";
import { EMOJI } from "./text.js";
import { everybody, state } from "./workspace.js";

const SHOWN = 6;
let count = 0; // lists so far, so that each has ids of its own

/**
 * A list for the box: `takes(event)` says whether a key was for it, `look()` looks at the text anew.
 * Arrows move, Tab and Enter take, Escape closes; Enter sends when what is typed is whole already.
 */
export function completing(box, { isThread, changed }) {
  count += 1;
  const id = `hints-${count}`;
  const list = h("ul.hints", { id, role: "listbox", "aria-label": "Suggestions", hidden: true });
  let found = [];
  let marked = 0;
  let isChosen = false;
  for (const [name, value] of [["aria-autocomplete", "list"], ["aria-controls", id]]) box.setAttribute(name, value);

  function show(items) {
    found = items;
    marked = 0;
    isChosen = false;
    list.hidden = !found.length;
    draw();
  }

  function draw() {
    list.replaceChildren(...found.map(({ label, detail }, index) =>
      h("li", { id: `${id}-${index}`, role: "option", "aria-selected": String(index === marked), onpointerdown: (event) => (event.preventDefault(), take(index)) },
        h("b", {}, label), " ", h("span", {}, detail))));
    if (found.length) box.setAttribute("aria-activedescendant", `${id}-${marked}`);
    else box.removeAttribute("aria-activedescendant");
  }

  function take(index) {
    const { from, text } = found[index];
    box.setRangeText(text, from, box.selectionStart, "end");
    look();
    changed();
    box.focus();
  }

  function look() {
    show(suggestions(box.value.slice(0, box.selectionStart), isThread));
  }

  function takes(event) {
    if (!found.length || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isTaken = (event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && !event.shiftKey && (isChosen || !found.isWhole));
    if (step) {
      marked = (marked + step + found.length) % found.length;
      isChosen = true;
      draw();
    } else if (isTaken) take(marked);
    else if (event.key === "Escape") show([]);
    else return false;
    event.preventDefault();
    return true;
  }

  box.addEventListener("input", look);
  box.addEventListener("blur", () => show([]));
  return { list, takes, look };
}

/** `[{label, detail, from, text}]` for the text before the cursor; `isWhole` where what is typed is one already. */
function suggestions(text, isThread) {
  if (/^\/\S*$/.test(text) && !isThread) return commands(text);
  const [, before, mark, start] = /^(.*?(?:^|\s))([@#:])([\p{L}\p{N}_.+-]*)$/su.exec(text) ?? [];
  if (!mark || (mark === ":" && start.length < 2)) return [];
  const named = { "@": peopleAndGroups, "#": ctx.channels, ":": emoji }[mark]();
  const fits = named.map((each) => ({ each, rank: rankOf(each, start.toLowerCase()) })).filter(({ rank }) => rank >= 0);
  fits.sort((one, other) => one.rank - other.rank);
  const close = mark === ":" ? ":" : "";
  const items = fits.filter(({ each }) => each.name !== start).slice(0, SHOWN).map(({ each: { name, real_name = "" } }) => (
    { label: mark + name + close, detail: real_name, from: before.length, text: `${mark}${name}${close} ` }
  ));
  return Object.assign(items, { isWhole: named.some(({ name }) => name === start) });
}

function commands(text) {
  const all = state.app.commands;
  const fitting = all.filter((each) => each.command.startsWith(text) && each.command !== text);
  const items = fitting.map(({ command, description, usage_hint: hint }) => (
    { label: `${command} ${hint}`, detail: description, from: 0, text: `${command} ` }
  ));
  return Object.assign(items, { isWhole: all.some((each) => each.command === text) });
}

/** Names that begin so come first, then those with it inside once it is three letters; -1 where it does not fit. */
function rankOf({ name, real_name: full = "" }, start) {
  const words = [name, ...full.split(" ")].map((word) => word.toLowerCase());
  if (words.some((word) => word.startsWith(start))) return 0;
  return start.length > 2 && words.some((word) => word.includes(start)) ? 1 : -1;
}

function peopleAndGroups() {
  const groups = state.usergroups.map(({ handle, name }) => ({ name: handle, real_name: `${name} (group)` }));
  return [...everybody().filter((each) => !each.deleted), ...groups];
}

function emoji() {
  return Object.entries(EMOJI).map(([name, text]) => ({ name, real_name: text }));
}
