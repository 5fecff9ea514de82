/**
 * Block Kit as elements, for messages, modals and Home.
 *
 * A surface is `{order, draft}`: the order's part that names it (`{channel, ts}` or `{view}`), and what was already
 * filled in, as `{block id: {action id: value}}`. What people press and fill in is `elements.js`. What this page does
 * not draw, it names in its place, so that the rest still shows.
 */

import { CARDS } from "./cards.js";
import { chart } from "./charts.js";
import { h } from "./dom.js";
import { element, image, inputBlock } from "./elements.js";
import { dataTable, plainTable } from "./tables.js";
import { markdown, plain, richText, textObject } from "./text.js";
import { unknown } from "./unknown.js";

export { readState, showErrors } from "./elements.js";

const row = (block, surface, ctx) =>
  h("div.actions", {}, block.elements.map((each) => element(each, block, surface, ctx)));

const BLOCKS = {
  section: (block, surface, ctx) =>
    h("div.section", {},
      h("div.section-text", {},
        block.text && textObject(block.text, ctx),
        block.fields && h("div.fields", {}, block.fields.map((field) => h("div.field", {}, textObject(field, ctx))))),
      block.accessory && h("div.accessory", {}, element(block.accessory, block, surface, ctx))),
  header: (block) => h(`h3.header.level-${block.level ?? 1}`, {}, plain(block.text.text)),
  divider: () => h("hr"),
  context: (block, surface, ctx) =>
    h("div.context", {}, block.elements.map((each) =>
      h("div", {}, each.type === "image" ? image(each) : textObject(each, ctx)))),
  actions: row,
  context_actions: row,
  markdown: (block, surface, ctx) => h("div.markdown", {}, markdown(block.text, ctx)),
  rich_text: (block, surface, ctx) => h("div.rich-text", {}, richText(block, ctx)),
  data_table: dataTable,
  table: plainTable,
  data_visualization: (block) => chart(block) ?? unknown(block, `a chart of the kind “${block.chart.type}”`),
  image: (block) => image(block),
  input: inputBlock,
  layout: (block, surface, ctx) =>
    h(`div.layout.${block.direction === "column" ? "column" : "row"}`, {}, drawBlocks(block.elements ?? block.columns.flat(), surface, ctx)),
  ...CARDS,
};

export function drawBlocks(blocks, surface, ctx) {
  return blocks.map((block) => {
    const node = drawBlock(block, surface, ctx);
    node.classList.add("block");
    if (block.block_id) node.dataset.blockId = block.block_id;
    return node;
  });
}

/** A block of a kind or a shape this page does not know is named in its place. */
function drawBlock(block, surface, ctx) {
  try {
    const draw = BLOCKS[block.type];
    return draw ? draw(block, surface, ctx, drawBlocks) : unknown(block);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return unknown(block, `this “${block.type}” block`);
  }
}
