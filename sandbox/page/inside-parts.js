/**
 * The parts of the panel Inside. Each has a name, a title, the `paths` it asks, and `draw(answers, again)`: entries for
 * `keep`. The first answer is always the clock's.
 */

import { ctx } from "./ctx.js";
import { h } from "./dom.js";
import { ask, order } from "./inside-ask.js";
import { tell } from "./workspace.js";

const HANDED = { event: "Event", interaction: "Interaction", command: "Command", call: "Call" };
const SHOWN = 120; // lines of traffic and of deeds, the newest
const PACES = [1, 5, 20, 60];
const QUARTER_S = 900;
const WEEK_S = 7 * 86_400;

export const TRAFFIC = {
  name: "traffic",
  title: "Traffic",
  paths: ["/sandbox/traffic"],
  draw: ([, { lines, refused }]) => [
    note("What Slack hands to the app and how long it took to acknowledge it (Slack waits 3 seconds), and what the app calls."),
    fact("refused", refused ? `Calls that came too fast and got a 429: ${refused}.` : "No call came too fast."),
    table("traffic", "Traffic", ["When", "What", "Came out", "ms"], lines.slice(-SHOWN).reverse(), (line) => [
      time(line.at),
      [kind(HANDED[line.kind]), ` ${line.name}`, line.attempt ? ` (try ${line.attempt + 1})` : ""],
      outcome(line),
      String(line.took_ms),
    ]),
  ],
};

export const DEEDS = {
  name: "deeds",
  title: "Done",
  paths: ["/sandbox/ledger"],
  draw: ([, { effects }]) => [
    note("Everything visible that the app did, in the order in which it did it."),
    table("deeds", "What the app did", ["When", "What", "Where", "Words"], effects.slice(-SHOWN).reverse(), (each) => [
      time(each.at),
      [kind(each.kind), h("span.unseen", {}, ` by ${each.method}`)],
      each.channel ?? each.user ?? "",
      h("span.clipped", {}, each.text),
    ]),
  ],
};

export const QUEUES = {
  name: "queues",
  title: "Queues",
  paths: ["/sandbox/inside"],
  draw: ([, { app }]) =>
    app
      ? [
          note("The app writes down what it wants before it does it. Work is what it will do; the outbox is what it will say. Both survive a crash."),
          table("work", "Work", ["Kind", "State", "Due", "Tries"], app.work, rowOf),
          table("outbox", "Outbox", ["Kind", "State", "Due", "Tries"], app.outbox, rowOf),
        ]
      : [note("Whoever runs this app does not show its queues.")],
};

export const GIT = {
  name: "git",
  title: "Git",
  paths: ["/sandbox/inside"],
  draw: ([, { repository }]) =>
    repository
      ? [
          note(`The repository that a controller makes real: ${repository.folder}. The app only proposes; people merge.`),
          title("waiting", "Waits for review"),
          ...(repository.waiting.length ? repository.waiting.map((each) => change(each.branch, each)) : [note("No branch waits.")]),
          title("commits", `On ${repository.base}`),
          ...repository.commits.map((each) => change(each.revision, each)),
        ]
      : [note("There is no repository here.")],
};

export const CLOCK = {
  name: "clock",
  title: "Clock",
  paths: ["/sandbox/state?limit=0"],
  draw: ([clock, { people }], again) => {
    const zone = people.find((each) => !each.is_bot)?.tz ?? "UTC";
    const set = async (what) => {
      const answer = await order("/sandbox/clock", what);
      if (!answer.ok) tell(`The clock stays as it is: ${answer.detail ?? answer.error}.`);
      await again();
    };
    const jump = (label, to) => button(label, async () => set({ to_s: to((await ask("/sandbox/clock")).now) }));
    return [
      note("The workspace has a clock of its own, and the app follows it. What falls due by a jump is done at once."),
      fact("now", `${moment(clock.now, zone)} (${zone})`, "big"),
      row("jumps", zone, () => [
        button("20 minutes on", () => set({ advance_s: 1200 })),
        jump("To the next hour", (now) => Math.ceil((now + 1) / 3600) * 3600),
        button("A day on", () => set({ advance_s: 86_400 })),
        jump("To Monday, 09:00", (now) => nextMonday(now, zone)),
      ]),
      row("pace", clock.factor, () => [
        h("label", {}, "Pace ",
          h("select", { onchange: (event) => set({ factor: Number(event.target.value) }) },
            [...new Set([...PACES, clock.factor])].map((each) => h("option", { value: each, selected: each === clock.factor }, `${each} times the wall's`)))),
      ]),
    ];
  },
};

function rowOf(row) {
  const tries = row.problem ? h("span", { title: row.problem }, `${row.attempts}: ${row.problem}`) : String(row.attempts);
  return [h("span", { title: row.key }, row.kind), kind(row.state), time(row.due_at), tries];
}

function outcome({ outcome: told, wait_s }) {
  if (told === "ok") return "ok";
  return h("strong.bad", {}, told === "429" ? `429, wait ${wait_s} s` : told);
}

function change(key, { author, subject, diff, is_merge: isMerge }) {
  const draw = () =>
    h("details.change", {},
      h("summary", {}, h("code", {}, key), ` ${subject}`, h("span.muted", {}, ` · ${author}${isMerge ? " · merge" : ""}`)),
      diff ? h("pre.diff", { tabindex: 0 }, diff.split("\n").map(diffLine)) : h("p.muted", {}, "The beginning."));
  return { key: `change ${key}`, stamp: diff.length, draw };
}

function diffLine(line) {
  const sign = /^(\+\+\+|---|index |diff |new file)/.test(line) ? "head" : { "+": "more", "-": "less", "@": "head" }[line[0]] ?? "same";
  return h(`span.diff-${sign}`, {}, `${line}\n`);
}

// Shapes.

function note(text) {
  return { key: `note ${text}`, stamp: "", draw: () => h("p.inside-note", {}, text) };
}

function fact(key, text, form = "fact") {
  return { key, stamp: text, draw: () => h(`p.inside-${form}`, {}, text) };
}

function title(key, text) {
  return { key: `title ${key}`, stamp: text, draw: () => h("h3", {}, text) };
}

function row(key, stamp, draw) {
  return { key, stamp, draw: () => h("div.inside-row", {}, draw()) };
}

function button(label, onclick) {
  return h("button.button", { type: "button", onclick }, label);
}

function kind(text) {
  return h("span.kind", {}, text);
}

function table(key, caption, names, rows, cells) {
  const stamp = JSON.stringify([rows, ctx.zone]);
  const head = () => h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name))));
  const body = () => h("tbody", {}, rows.map((each) => h("tr", {}, cells(each).map((cell) => h("td", {}, cell)))));
  const none = () => h("p.empty", {}, "Nothing yet.");
  const draw = () => (rows.length ? h("table.inside-table", {}, h("caption", {}, caption), head(), body()) : h("div", {}, none()));
  return { key, stamp, draw };
}

// Moments.

function time(seconds) {
  if (seconds === null || seconds === undefined) return "";
  return ctx.date(seconds, { weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

function moment(seconds, timeZone) {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium", timeZone }).format(seconds * 1000);
}

/** The next Monday, 09:00 by the wall of that zone: looked for, so that no change of the clocks goes wrong. */
function nextMonday(now, timeZone) {
  const wall = new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit", timeZone });
  const isIt = (seconds) => wall.format(seconds * 1000) === "Mon 09:00";
  let at = Math.ceil((now + 1) / QUARTER_S) * QUARTER_S;
  const end = at + WEEK_S + 86_400;
  while (at < end && !isIt(at)) at += QUARTER_S;
  return at;
}
