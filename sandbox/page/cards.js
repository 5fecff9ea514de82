/** Blocks that frame others: task cards and plans, cards, containers, alerts, and what only Slack can show. */

import { h, icon } from "./dom.js";
import { element, image } from "./elements.js";
import { link, plain, richText, textObject } from "./text.js";
import { unknown } from "./unknown.js";

const STATES = {
  pending: ["○", "Waiting"],
  in_progress: ["◐", "In progress"],
  complete: ["✓", "Done"],
  error: ["!", "Failed"],
};

export const CARDS = {
  task_card: taskCard,
  plan: (block, surface, ctx) =>
    h("section.plan", { "aria-label": words(block.title) },
      h("h4", {}, words(block.title)), (block.tasks ?? []).map((each) => taskCard(each, surface, ctx))),
  card,
  carousel: (block, surface, ctx) =>
    h("div.carousel", { role: "group", tabindex: 0, "aria-label": "Cards" }, block.elements.map((each) => card(each, surface, ctx))),
  container,
  alert: (block, surface, ctx) => h(`div.alert.${block.level ?? "default"}`, { role: "note" }, textObject(block.text, ctx)),
  video: (block) =>
    h("div.card", {}, h("strong", {}, plain(block.title.text)), block.description && h("p", {}, plain(block.description.text)),
      h("p.muted", {}, "Video, not played here: ", link(block.title_url ?? block.video_url, block.alt_text))),
  file: (block) => unknown(block, `the file “${block.external_id}”`),
};

function taskCard({ title, status = "pending", details, output, sources = [] }, surface, ctx) {
  const [mark, said] = STATES[status] ?? STATES.pending;
  const more = [details && h("div.muted", {}, richText(details, ctx)), output && h("div", {}, richText(output, ctx))];
  return h(`div.task.${status}`, {},
    h("span.task-mark", { "aria-hidden": "true" }, mark),
    h("div", {},
      h("strong", {}, words(title)), h("span.task-state", {}, said), more,
      sources.length > 0 && h("div.sources", {}, sources.map((each) => link(each.url, each.text)))));
}

function card(block, surface, ctx) {
  const text = (each, tag) => each && h(tag, {}, textObject(each, ctx));
  return h("div.card", {},
    block.hero_image && image(block.hero_image), block.icon?.alt_text && image(block.icon),
    text(block.title, "div.card-title"), text(block.subtitle, "div.muted"), text(block.body, "div"), text(block.subtext, "div.muted"),
    block.actions?.length > 0 && h("div.actions", {}, block.actions.map((each) => element(each, block, surface, ctx))));
}

function container(block, surface, ctx, drawBlocks) {
  const title = block.title ? plain(block.title.text) : "More";
  const inside = [block.subtitle && h("div.muted", {}, textObject(block.subtitle, ctx)), drawBlocks(block.child_blocks, surface, ctx)];
  if (!block.is_collapsible) return h("div.card", {}, h("div.card-title", {}, title), inside);
  return h("details.card", { open: !block.default_collapsed }, h("summary", {}, title, icon("back")), inside);
}

/** A title is a text in some blocks and a text object in others. */
function words(title) {
  return plain(typeof title === "string" ? title : title.text);
}
