/** The app's forms above the page: the newest of the stack, with a way back to the one below. */

import { drawBlocks, readState, showErrors } from "./blocks.js";
import { ctx } from "./ctx.js";
import { h, iconButton } from "./dom.js";
import { plain } from "./text.js";
import { act, state } from "./workspace.js";

const filledIn = new Map(); // by view: what was filled in and not sent

export function drawModal() {
  const view = state.views.at(-1);
  const stamp = view && `${view.id} ${view.hash}`;
  const open = document.querySelector("dialog.modal");
  if (open?.dataset.stamp === stamp) return;
  const focused = open?.contains(document.activeElement) ? document.activeElement.id : null;
  const scrolled = open?.dataset.view === view?.id ? open?.querySelector(".dialog-body").scrollTop : 0;
  open?.remove();
  if (!view) return;
  const dialog = modal(view);
  Object.assign(dialog.dataset, { stamp, view: view.id });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector(".dialog-body").scrollTop = scrolled ?? 0;
  firstToFill(dialog, focused)?.focus();
}

/** Where the keyboard was, else where the app wants it, else the first field. */
function firstToFill(dialog, focused) {
  const all = (selector) => dialog.querySelector(selector);
  return (focused && document.getElementById(focused)) || all("[autofocus]") || all(".input :is(input, select, textarea)");
}

function modal({ id, payload, previous_id: below }) {
  const close = () => act({ do: "close", view: id });
  const closing = payload.close?.text ?? (payload.submit ? "Cancel" : "Close");
  const under = below && state.views.find((each) => each.id === below);
  const back = under && iconButton("back", `Back to ${plain(under.payload.title.text)}`, close);
  const surface = { order: { view: id }, draft: filledIn.get(id) };
  const form = h("form", { "data-view": id, novalidate: true, onsubmit: submit },
    h("header.place", {},
      back, h("h2", { id: "modal-title" }, plain(payload.title.text)), iconButton("close", "Close", closeAll)),
    h("div.dialog-body", {}, drawBlocks(payload.blocks, surface, ctx)),
    h("div.dialog-buttons", {},
      h("button.button", { type: "button", onclick: close }, plain(closing)),
      payload.submit && h("button.button.primary", { type: "submit", disabled: Boolean(payload.submit_disabled) }, plain(payload.submit.text))));
  form.addEventListener("input", () => filledIn.set(id, readState(form)));

  async function submit(event) {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    const answer = await act({ do: "submit", view: id, state: readState(form) });
    form.ariaBusy = null;
    if (answer) showErrors(form, answer.interaction.errors);
  }

  const cancel = (event) => (event.preventDefault(), closeAll());
  return h("dialog.modal", { "aria-labelledby": "modal-title", oncancel: cancel }, form);
}

/** Closes the whole stack, as Slack's ✕ does, from the top. */
async function closeAll() {
  const top = state.views.at(-1);
  const stack = state.views.filter((each) => each.root_id === top?.root_id);
  for (const { id } of stack.reverse()) await act({ do: "close", view: id });
}
