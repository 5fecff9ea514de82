"""Shows notices: their post, what a team is told, and the list of current ones; and reads what is pressed.

Incidents that the duty group opens are `incident_blocks`'.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.blockkit import Shown, actions, button, clip, context, escape, fits, link, section
from bot.doing import open_button
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.notices.rules import Standing, can_press, in_words, span
from bot.statistics import counted
from knowledge.notices import TO_DO, Notice, NoticeKind
from knowledge.people import DUTY, PLATFORM_TEAM

DONE, UNDO, LESS, AGAIN = (f"notices.{each}" for each in ("done", "undo", "less", "again"))
CHOICES = {DONE: "done", UNDO: "undo", LESS: "less", AGAIN: "again"}
MINE = "mine"  # what *Less of this* is about
ITEMS_SHOWN = 10
WORDS = {
    NoticeKind.CHANGE: "Change",
    NoticeKind.DEPRECATION: "Going away",
    NoticeKind.MAINTENANCE: "Maintenance",
    NoticeKind.INCIDENT: "Incident",
}

POSTED = MessageKind(
    "handbook notice",
    Purpose.OWED,
    "the channels that its file names",
    "a notice is in the handbook and not over yet; in the channel's working hours",
    "once a notice and channel; its file's changes are made in it; a new end or that it is over is told in its thread",
    "take the channel out of `channels` in its file",
)
BREAKS = MessageKind(
    "notice of what breaks",
    Purpose.OWED,
    "the channel of a team (`teams` in people.yaml); else its people who use it, or all of them, as a DM",
    "a deprecation concerns something that the team still has: at first, and 30, 7 and 1 working days before the end",
    "four times a notice and team, in one message a team and day; not once the team is done",
    "be done with it, or press *Our team is done* where nothing is counted",
)
TOLD = MessageKind(
    "notice to users",
    Purpose.UNASKED,
    "the channel of a team that uses what the notice is about; else its people who use it, as a DM in their own hours",
    "a change or maintenance concerns it: at first, and 30, 7 and 1 working days before the end of a change",
    "four times a notice and team, in one message a team and day; DMs within the budget of unasked messages",
    "*Less of this* in the DM: no such notices in private from then on",
)
NEWS = MessageKind(
    "news",
    Purpose.ASKED,
    "the person who asked, only visible to them; as a DM when that fails",
    "`news`, by the command or to the bot; a press under a notice",
    "once a request",
    "it only answers what you do",
)
KINDS = (POSTED, BREAKS, TOLD, NEWS)

NONE = "There is no notice at the moment."
NOT_YOURS = "Only people of the team can say this."
GONE = "This notice is over, or not there any more."
COUNTED = "I count what is left for this notice. Your team is done when nothing is left."
ACTION_COUNTS = "What this notice asks for was run for your team, and that counts: your team stays done."
LEFT_COUNTS = "Your team does not use this any more, so it is done. It opens again when your team uses it."
LESS_SAID = "All right: no such notices in private any more. You still hear of what breaks something your team uses."
AGAIN_SAID = "All right, they come again, at most one unasked message a week."
BROKEN = "I could not do this: something broke on my side, and my operators see it. Please try again later."


@dataclass(frozen=True)
class Telling:
    """What a team is told of a notice. `days` are working days left, of a reminder; None: it is told at first."""

    notice: Notice
    standing: Standing
    action: str = ""  # the title of what does it; "" where the catalogue offers none
    days: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Listed:
    """A notice in the list: `mine` are the reader's teams that it concerns, `all_teams` is for the platform team."""

    notice: Notice
    url: str = ""
    action: str = ""
    mine: tuple[Standing, ...] = ()
    all_teams: tuple[Standing, ...] | None = None


# In channels.

OWNERS = {PLATFORM_TEAM: "from the platform team", DUTY: "from the people on duty"}


def _owner(name: str) -> str:
    return OWNERS.get(name) or f"owner {escape(name)}"


def post(notice: Notice, *, action: str = "") -> Shown:
    head = f"*{WORDS[notice.kind]}: {escape(notice.title)}*"
    when = span(notice)
    blocks = [section(f"{head}\n{escape(notice.body)}"), context(_foot(when, _owner(notice.owner)))]
    if action:
        blocks.append(actions(f"notices.post.{notice.id}", [open_button(action, notice.action)]))
    return Shown(
        clip(f"{WORDS[notice.kind]}: {escape(notice.title)}{f' ({when})' if when else ''}", 300), tuple(blocks)
    )


def over(notice: Notice) -> Shown:
    """In place of the post of an incident that is over."""
    text = f"*Over: {escape(notice.title)}*\n{escape(notice.body)}"
    foot = context(_foot(span(notice), _owner(notice.owner)))
    return Shown(clip(f"Over: {escape(notice.title)}", 300), (section(text), foot))


def ended(notice: Notice) -> Shown:
    """In the thread of the post."""
    return said(f"It is over, since {in_words(notice.until)}." if notice.until else "It is over.")


def moved(notice: Notice) -> Shown:
    """In the thread of the post: people plan by the end."""
    return said(f"The dates have changed: {span(notice) or 'no end is set'}.")


# To a team.


def to_team(team: str, tellings: Sequence[Telling], *, is_private: bool, can_refuse: bool) -> Shown:
    """All that a team is told that day, in one message."""
    whose = f"your team, {escape(team)}" if is_private else f"team {escape(team)}"
    head = f"{counted(len(tellings), 'notice')} for {whose}:"
    blocks: list[Json] = [section(head)]
    for number, each in enumerate(tellings):
        more = _telling(each, number)
        if not fits(blocks, more):
            blocks.append(context(f"{len(tellings) - number} more: see `news`."))
            break
        blocks += more
    if can_refuse:
        blocks.append(actions("notices.less", [button("Less of this", action_id=LESS, value=MINE)]))
    titles = "; ".join(escape(each.notice.title) for each in tellings)
    return Shown(clip(f"{head} {titles}", 1_000), tuple(blocks))


def _telling(telling: Telling, number: int) -> list[Json]:
    notice = telling.notice
    body = "" if telling.days is not None else f"\n{clip(escape(notice.body), 1_200)}"
    lines = [
        section(f"{_title(notice, telling.url)}{body}"),
        context(_foot(_time(telling), _stands(notice, telling.standing))),
    ]
    return lines + _buttons(notice, telling.standing, telling.action, number)


def _time(telling: Telling) -> str:
    notice = telling.notice
    if telling.days is None or notice.until is None:
        return span(notice)
    left = f"{counted(telling.days, 'working day')} left" if telling.days else "today is the last day"
    return f"{left}, until {in_words(notice.until)}"


def _buttons(notice: Notice, standing: Standing, action: str, number: int) -> list[Json]:
    if standing.is_done:
        return []
    row = [open_button(action, notice.action, number=number)] if action else []
    if can_press(notice):
        row.append(button("Our team is done", action_id=DONE, value=_subject(notice.id, standing.team)))
    return [actions(f"notices.team.{number}", row)] if row else []


def _stands(notice: Notice, standing: Standing) -> str:
    """ "" where there is nothing to do."""
    return _left(standing) if notice.kind in TO_DO else ""


def _left(standing: Standing) -> str:
    if standing.is_done:
        return "done"
    if standing.left is None:
        return "not done yet"
    shown = ", ".join(f"`{escape(clip(each, 120)).replace('`', chr(39))}`" for each in standing.left[:ITEMS_SHOWN])
    more = f" and {len(standing.left) - ITEMS_SHOWN} more" if len(standing.left) > ITEMS_SHOWN else ""
    return f"{len(standing.left)} left: {shown}{more}"


# The list.


def news(listed: Sequence[Listed], incidents: Sequence[str]) -> Shown:
    """Current notices, the newest first; `incidents` are lines of those that are on."""
    if not listed and not incidents:
        return said(NONE)
    blocks: list[Json] = [section(each) for each in incidents]
    for number, each in enumerate(listed):
        more = _listed(each, number)
        if not fits(blocks, more):
            blocks.append(context(f"And {len(listed) - number} older: a Slack message takes no more."))
            break
        blocks += more
    titles = [*incidents, *(_line(each) for each in listed)]
    return Shown(clip("\n".join(titles), 3_000), tuple(blocks))


def _line(listed: Listed) -> str:
    teams = "; ".join(_team(listed.notice, each) for each in listed.mine)
    return f"{_title(listed.notice, listed.url)} ({teams})" if teams else _title(listed.notice, listed.url)


def _team(notice: Notice, standing: Standing) -> str:
    return ": ".join(part for part in (escape(standing.team), _stands(notice, standing)) if part)


def _listed(listed: Listed, number: int) -> list[Json]:
    notice, several = listed.notice, len(listed.mine) > 1
    blocks = [section(f"{_title(notice, listed.url)}\n{clip(escape(notice.body), 400)}")]
    blocks += [context(when)] if (when := span(notice)) else []
    for place, each in enumerate(listed.mine):
        blocks.append(context(f"*Yours*, {_team(notice, each)}"))
        if each.is_done:
            continue
        blocks += _buttons(notice, each, listed.action, number * 20 + place if several else number * 20)
    if listed.all_teams is not None:
        blocks.append(context(_progress(listed.all_teams)))
    return blocks


def _progress(standings: Sequence[Standing]) -> str:
    if not standings:
        return "Progress: no team that I know of is affected."
    done = [each for each in standings if each.is_done]
    open_ = [each for each in standings if not each.is_done]
    names = [f"{escape(each.team)}{f' ({len(each.left)})' if each.left else ''}" for each in open_]
    waits = f"; not yet: {', '.join(names)}" if names else ""
    return f"Progress: {len(done)} of {counted(len(standings), 'team')} done{waits}"


# What is pressed.


def noted(notice: Notice, team: str) -> Shown:
    text = f"Noted: team {escape(team)} is done with “{escape(notice.title)}”. No more reminders."
    row = [button("Not yet after all", action_id=UNDO, value=_subject(notice.id, team))]
    return Shown(text, (section(text), actions("notices.noted", row)))


def reopened(notice: Notice, team: str) -> Shown:
    return said(f"Noted: team {escape(team)} is not done with “{escape(notice.title)}” yet.")


def less() -> Shown:
    row = [button("Tell me again", action_id=AGAIN, value=MINE)]
    return Shown(LESS_SAID, (section(LESS_SAID), actions("notices.less", row)))


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_press(action_id: str) -> str:
    """What is wanted. Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return CHOICES[action_id]


def read_subject(value: str) -> tuple[str, str]:
    """The notice's id and the team. Raises PayloadMalformed."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise PayloadMalformed("no notice of ours") from error
    match found:
        case [str(notice), str(team)]:
            return notice, team
    raise PayloadMalformed("no notice of ours")


def _subject(notice_id: str, team: str) -> str:
    return json.dumps([notice_id, team])


def _title(notice: Notice, url: str) -> str:
    return f"*{WORDS[notice.kind]}: {link(url, notice.title) if url else escape(notice.title)}*"


def _foot(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
