/** Small helpers for elements, icons and lists. Text only ever becomes text nodes: nothing here parses HTML. */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  at: "M13 10a3 3 0 1 1-6 0a3 3 0 1 1 6 0M13 7v4.2c0 2.6 4 2.6 4-1.2a7 7 0 1 0-3 5.7",
  back: "M12 4l-6 6l6 6",
  bolt: "M11 2L4 11.5h5L8.5 18L16 8.5h-5z",
  check: "M4 10.5l4 4l8-9",
  close: "M5 5l10 10M15 5L5 15",
  down: "M6.5 11V4h7.8a1.6 1.6 0 0 1 1.6 1.3l1 4.2a1.6 1.6 0 0 1-1.5 2H11l.7 3.6a1.4 1.4 0 0 1-2.6 1L6.5 11H3.5V4h3",
  eye: "M2 10s3-5.5 8-5.5s8 5.5 8 5.5s-3 5.5-8 5.5s-8-5.5-8-5.5M12.2 10a2.2 2.2 0 1 1-4.4 0a2.2 2.2 0 1 1 4.4 0",
  hash: "M8 3L6 17M14 3l-2 14M3.5 7.5h13.5M3 12.5h13.5",
  keys: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.7h7",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3 6h14M3 10h14M3 14h14",
  more: "M4 10h.4M9.8 10h.4M15.6 10h.4",
  people: "M10 9.5a3 3 0 1 1-6 0a3 3 0 1 1 6 0M2 17c0-5.5 10-5.5 10 0M12 6.7a3 3 0 1 1 1.2 5.7M14.5 12.8c2 .4 3.5 1.8 3.5 4.2",
  reply: "M4 4h12v9H9l-4 3.5V13H4z",
  search: "M13.5 8.5a5 5 0 1 1-10 0a5 5 0 1 1 10 0M12.3 12.3l4.7 4.7",
  send: "M3 10h12M10 5l6 5-6 5",
  smile: "M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M7 8h.01M13 8h.01M6.8 12c1.6 2.2 4.8 2.2 6.4 0",
  up: "M6.5 9v7h7.8a1.6 1.6 0 0 0 1.6-1.3l1-4.2a1.6 1.6 0 0 0-1.5-2H11l.7-3.6a1.4 1.4 0 0 0-2.6-1L6.5 9H3.5v7h3",
};

/** An element from `"tag.class"`; `on…` properties are listeners, the rest attributes. Empty children are left out. */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  node.classList.add(...classes);
  set(node, properties);
  node.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return node;
}

/** The same for drawings. */
export function svg(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElementNS(SVG, name);
  node.classList.add(...classes);
  set(node, properties);
  node.append(...children.flat(Infinity).filter(Boolean));
  return node;
}

export function icon(name) {
  return svg("svg.icon", { viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
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
  const there = new Map();
  for (const node of [...container.children]) {
    if (wanted.has(node.dataset.key)) there.set(node.dataset.key, node);
    else node.remove();
  }
  let place = container.firstElementChild;
  for (const { key, stamp, draw } of entries) {
    const before = there.get(key);
    const node = before?.stamp === stamp ? before : Object.assign(draw(), { stamp });
    node.dataset.key = key;
    if (before === place) place = place?.nextElementSibling ?? null;
    if (before && before !== node) replaceFocused(before, node);
    else if (!before || before.nextElementSibling !== place) container.insertBefore(node, place);
  }
}

/** The visible words of an element as one line, to find its like again. */
function labelOf(node) {
  return node?.getAttribute("aria-label") ?? node?.textContent;
}

/** Puts the new element in the old one's place; who was inside it with the keyboard stays inside. */
function replaceFocused(before, node) {
  const inside = before.contains(document.activeElement) ? document.activeElement : null;
  const label = labelOf(inside);
  before.replaceWith(node);
  if (!inside) return;
  const same = [...node.querySelectorAll("button, a, input, select")].find((each) => labelOf(each) === label);
  node.focus(); // first itself, since its toolbar shows only then
  same?.focus();
}

function set(node, properties) {
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
}
