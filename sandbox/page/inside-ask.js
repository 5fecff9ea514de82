/** How the panels beside the conversations ask the sandbox: `inside.py` and `control.py` say what there is. */

/** The sandbox's answer; one that is not `ok` when there is no sandbox. */
export async function ask(path) {
  return received(fetch(path));
}

export async function order(path, what) {
  const headers = { "Content-Type": "application/json" };
  return received(fetch(path, { method: "POST", headers, body: JSON.stringify(what) }));
}

/** Does it again and again, each time once the one before is over, while the page is looked at; gives what stops it. */
export function every(milliseconds, run) {
  let isOver = false;
  const again = async () => {
    if (isOver) return;
    if (!document.hidden) await run();
    setTimeout(again, milliseconds());
  };
  again();
  return () => (isOver = true);
}

async function received(answer) {
  try {
    return await (await answer).json();
  } catch {
    return { ok: false, detail: "the sandbox does not answer" };
  }
}
