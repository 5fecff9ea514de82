/** Small helpers for elements, icons, menus and lists. Text only ever becomes text nodes: nothing here parses HTML. */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  close: "M5 5l10 10M15 5L5 15",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3 6h14M3 10h14M3 14h14",
  more: "M4 10h.4M9.8 10h.4M15.6 10h.4",
  reply: "M4 4h12v9H9l-4 3.5V13H4z",
  send: "M3 10h12M10 5l6 5-6 5",
  smile: "M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M7 8h.01M13 8h.01M6.8 12c1.6 2.2 4.8 2.2 6.4 0",
  bolt: "M11 2L4 11.5h5L8.5 18L16 8.5h-5z",
};

/** An element from `"tag.class"`; `on…` properties are listeners, the rest attributes. Empty children are left out. */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  node.classList.add(...classes);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return node;
}

export function icon(name) {
  const [svg, path] = ["svg", "path"].map((each) => document.createElementNS(SVG, each));
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick) {
  return h("button.icon-button", { type: "button", "aria-label": label, title: label, onclick }, icon(name));
}

export function avatar(person) {
  const words = person.real_name.split(/\s+/).filter(Boolean);
  const initials = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "").join("");
  return h(`span.avatar.hue-${person.hue ?? 0}`, { "aria-hidden": "true" }, initials.toUpperCase());
}

/** The container's children as these `{key, stamp, draw}`: only what is new or has another stamp is drawn. */
export function keep(container, entries) {
  const wanted = new Set(entries.map((entry) => entry.key));
  for (const node of [...container.children]) if (!wanted.has(node.dataset.key)) node.remove();
  const there = new Map([...container.children].map((node) => [node.dataset.key, node]));
  entries.forEach(({ key, stamp, draw }, index) => {
    const before = there.get(key);
    if (before?.stamp === stamp && container.children[index] === before) return;
    const node = before?.stamp === stamp ? before : Object.assign(draw(), { stamp });
    node.dataset.key = key;
    if (before && before !== node) replaceFocused(before, node);
    if (container.children[index] !== node) container.insertBefore(node, container.children[index] ?? null);
  });
}

/** Puts the new element in the old one's place; who was inside it with the keyboard stays inside. */
function replaceFocused(before, node) {
  const inside = before.contains(document.activeElement) ? document.activeElement : null;
  const label = inside?.getAttribute("aria-label") ?? inside?.textContent;
  before.replaceWith(node);
  if (!inside) return;
  const same = [...node.querySelectorAll("button, a, input, select")].find(
    (each) => (each.getAttribute("aria-label") ?? each.textContent) === label,
  );
  node.focus(); // first itself, since its toolbar shows only then
  same?.focus();
}

/** A menu of `{label, text, run}` beside its button. Arrows move, Escape and clicks elsewhere close it. */
export function openMenu(button, items, name) {
  const close = () => menu.hidePopover();
  const entries = items.map(({ label, text, run }) =>
    h("button", { type: "button", role: "menuitem", "aria-label": label, onclick: () => (close(), run()) }, text ?? label),
  );
  const menu = h("div.menu", { popover: "auto", role: "menu", "aria-label": name }, entries);
  menu.classList.toggle("grid", items.some((item) => item.text));
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    if (menu.contains(document.activeElement) || document.activeElement === document.body) backTo(button);
    menu.remove();
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    entries.at((entries.indexOf(document.activeElement) + step) % entries.length).focus();
  });
  (button.closest("dialog") ?? document.body).append(menu); // not beside the button: that may hide with its toolbar
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const below = at.bottom + menu.offsetHeight < innerHeight ? at.bottom + 4 : at.top - menu.offsetHeight - 4;
  menu.style.top = `${Math.max(4, below)}px`;
  menu.style.left = `${Math.max(4, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`;
  entries[0]?.focus();
}

/** The keyboard goes back to the button, through the message whose toolbar it stands in. */
function backTo(button) {
  button.closest("article")?.focus();
  button.focus();
}
