/** What drawing needs to know and do: names of people and places, times in the person's zone, and orders. */

import { h } from "./dom.js";
import { act, channel, everybody, here, person, placeName, state } from "./workspace.js";

const DAY_S = 86_400;

export const ctx = {
  get me() {
    return here.me;
  },
  get zone() {
    return person(here.me).tz;
  },
  person,
  people: () => everybody().filter((each) => !each.is_bot && !each.deleted),
  usergroup: (id) => state.usergroups.find((each) => each.id === id),
  channels: () => state.channels.filter((each) => each.name),
  channelName: (id) => channel(id)?.name,
  placeName,
  shortcuts: (kind) => state.app.shortcuts.filter((each) => each.kind === kind),
  author: (message) => person(message.user || (message.bot_id ? state.app.bot_user_id : "")),
  time: (ts) => inZone(ts, { hour: "2-digit", minute: "2-digit" }),
  day,
  date: (ts, options) => inZone(ts, options),
  moment: (ts) => (day(ts) === "Today" ? `today at ${ctx.time(ts)}` : `${day(ts)} at ${ctx.time(ts)}`),
  act,
  openThread: () => {}, // the page's
  edit: () => {}, // the page's
};

/** Small words beside a name: what kind of person that is, and whether they are there. */
export function badges(each) {
  const badge = (text, about) => h(`span.badge.${text}`, { title: about }, text);
  return [
    each.is_bot && h("span.badge", {}, "APP"),
    ...kinds(each).map(([text, about]) => badge(text, about)),
    each.is_away && badge("away", `${each.real_name} is away`),
  ];
}

/** The kinds of a person as `[word, sentence]`; empty for most. */
export function kinds(each) {
  const home = state.teams.find((team) => team.id === each.team_id);
  const isColleague = Boolean(home?.enterprise_id) && home.enterprise_id === state.organisation.id;
  const isOurs = !each.team_id || each.team_id === state.team.id || isColleague;
  return [
    each.deleted && ["deactivated", "This account is deactivated"],
    !isOurs && ["external", "From another company"],
    each.is_ultra_restricted
      ? ["guest", "A guest in one channel"]
      : each.is_restricted && ["guest", "A guest: sees only the channels they were added to"],
  ].filter(Boolean);
}

/** Who that is, in a line: for where only a name stands. */
export function about(each) {
  const status = [each.status_emoji, each.status_text].filter(Boolean).join(" ");
  const time = each.tz && !each.is_bot ? `${inZone(state.now, { hour: "2-digit", minute: "2-digit" }, each.tz)} their time` : "";
  return [each.name && `@${each.name}`, time, status, ...kinds(each).map(([word]) => word)].filter(Boolean).join(" · ");
}

function day(ts) {
  const name = (seconds) => inZone(seconds, { weekday: "long", day: "numeric", month: "long" });
  if (name(ts) === name(state.now)) return "Today";
  return name(ts) === name(state.now - DAY_S) ? "Yesterday" : name(ts);
}

/** Times are those of the person acted as, or of the zone given. */
function inZone(ts, options, zone = ctx.zone) {
  try {
    return formatter(options, zone).format(ts * 1000);
  } catch {
    return formatter(options, "UTC").format(ts * 1000);
  }
}

const formatters = new Map(); // making one takes longer than a hundred uses

function formatter(options, zone) {
  const key = JSON.stringify([options, zone]);
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }));
  return formatters.get(key);
}
