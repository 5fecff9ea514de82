/** Tables of both kinds, whole: Slack pages the long ones, this page lets them scroll. */

import { h } from "./dom.js";
import { richText } from "./text.js";

export function dataTable(block, surface, ctx) {
  const [head, ...rows] = block.rows;
  const named = block.row_header_column_index;
  const cell = (each, index) =>
    index === named ? h("th", { scope: "row" }, inside(each, ctx)) : h(`td${kind(each)}`, {}, inside(each, ctx));
  return scrolling(block.caption, h("table", {},
    h("caption", {}, block.caption),
    h("thead", {}, h("tr", {}, head.map((each, index) => h(`th${kind(rows[0]?.[index])}`, { scope: "col" }, inside(each, ctx))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell))))));
}

export function plainTable(block, surface, ctx) {
  const settings = (index) => block.column_settings?.[index];
  const cell = (each, index) => {
    const { align = "left", is_wrapped: isWrapped = false } = settings(index) ?? {};
    return h(`td.${align}${isWrapped ? "" : ".unbroken"}`, {}, inside(each, ctx));
  };
  return scrolling("Table", h("table", {}, h("tbody", {}, block.rows.map((row) => h("tr", {}, row.map(cell))))));
}

/** Wide tables scroll by themselves, also by keyboard. */
function scrolling(name, table) {
  return h("div.data-table", { role: "group", tabindex: 0, "aria-label": name }, table);
}

function kind(each) {
  return each?.type === "raw_number" ? ".number" : "";
}

/** A cell of another kind than these is left empty. */
function inside(each, ctx) {
  return each.type === "rich_text" ? richText(each, ctx) : String(each.text ?? each.value ?? "");
}
