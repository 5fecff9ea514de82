/** What stands in place of what the page does not draw. */

import { h } from "./dom.js";

/** Says plainly what is missing; `what` where the type alone does not tell. */
export function unknown(each, what = `“${each?.type ?? "?"}”`) {
  return h("div.unknown", { role: "note" }, `This page does not draw ${what}. Slack may.`);
}
