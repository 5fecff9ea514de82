/** The one pane at the right: of the asides that share it, what was opened last is seen. */

/** From now on an aside comes to the front when it is no longer hidden. */
export function sharePane(...asides) {
  const shown = new MutationObserver((changes) => {
    for (const { target } of changes) if (!target.hidden) bringForward(target);
  });
  for (const each of asides) shown.observe(each, { attributeFilter: ["hidden"] });
}

export function bringForward(aside) {
  document.body.dataset.pane = aside.id;
}
