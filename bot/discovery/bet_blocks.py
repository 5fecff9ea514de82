"""Shows bets to the platform team: what happened since, and *keep, change or drop*; and reads the presses. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from bot.blockkit import TEXT_MAX, Shown, actions, button, clip, code, context, escape, header, section, sections
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.statistics import counted
from knowledge.bets import Bet, Choice, Status

KEEP, CHANGE, DROP = (f"discovery.bet.{each}" for each in Choice)
AGAIN = "discovery.bet.again"  # the decision is to be written into the file once more
CHOICES = {KEEP: Choice.KEEP, CHANGE: Choice.CHANGE, DROP: Choice.DROP}
LABELS = {KEEP: "Keep", CHANGE: "Change", DROP: "Drop"}
DECIDED = {Choice.KEEP: "Kept", Choice.CHANGE: "To be changed", Choice.DROP: "Dropped"}
HOME_MOST = 8
TITLE_MOST, PART_MOST = 120, 400  # characters
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)

DRAFT = MessageKind(
    "draft of a bet",
    Purpose.ASKED,
    "the person of the platform team who pressed, only visible to them; as a DM when that fails",
    "*Draft a bet* beside a gap, a theme of friction or a theme of a survey",
    "once a press",
    "it only answers what you do",
)
REVIEW = MessageKind(
    "bet to be looked at",
    Purpose.OWED,
    "the platform channel, or where the platform team's digest goes",
    "a review date of a bet has come, on a working day; edited once it is decided",
    "once a review date",
    "take the date out of `bets/NAME.yaml`, or decide",
)
DECISION = MessageKind(
    "decision about a bet",
    Purpose.ASKED,
    "the person who pressed, only visible to them; as a DM when that fails",
    "*Keep*, *Change* or *Drop* under a bet that cannot be carried out as pressed",
    "once a press",
    "it only answers what you do",
)
KINDS = (DRAFT, REVIEW, DECISION)
NOT_OPENED = "The pull request could not be opened."
CLOSED = "The pull request was closed and not merged."
ONCE = "One decision for the team: the first press holds. It is written into the bet's file by a pull request."


def review(bet: Bet, review_id: str, news: Sequence[str], *, since: date) -> Shown:
    """On a review date."""
    row = [button(LABELS[each], action_id=each, value=review_id) for each in (KEEP, CHANGE, DROP)]
    shown = _told(bet, news, since)
    return Shown(shown.text, (*shown.blocks, actions(f"discovery.bet.{review_id}", row), context(ONCE)))


def decided(
    bet: Bet, review_id: str, news: Sequence[str], choice: Choice, *, since: date, on: date, lost: str = ""
) -> Shown:
    """The same message once it is decided. `lost`: why the file was not changed, which can be tried again."""
    shown, now = _told(bet, news, since), f"*{DECIDED[choice]}*, on {on}."
    blocks = [*shown.blocks, section(now)]
    if lost:
        row = [button("Write it into the file again", action_id=AGAIN, value=review_id)]
        blocks += [
            context(f"{lost} The decision holds here; its file does not say so yet."),
            actions(f"discovery.bet.{review_id}", row),
        ]
    return Shown(f"{shown.text} {now}", tuple(blocks))


def _told(bet: Bet, news: Sequence[str], since: date) -> Shown:
    head = f"*Keep, change or drop?* The bet “{escape(clip(bet.title, TITLE_MOST))}” is due for review."
    parts = [("They say", bet.problem), ("We believe", bet.assumption), ("Wrong if", bet.wrong_if)]
    said = [f"*{name}*: {escape(clip(text, PART_MOST))}" for name, text in parts if text]
    said += [f"*Would try it*: {escape(', '.join(bet.willing))}"] if bet.willing else []
    happened = [f"*Since {since}*", *(f"• {escape(each)}" for each in news)]
    text = clip("\n".join([head, *happened]), TEXT_MAX - 100)  # what is decided stands behind it
    return Shown(text, (section(head), *sections(said), *sections(happened)))


def home_part(bets: Sequence[Bet], *, today: date, flows: Sequence[Json]) -> list[Json]:
    """Those that are open, the ones that wait for a decision first; nothing where the handbook has none."""
    going = sorted((each for each in bets if each.is_open), key=lambda each: _order(each, today))
    if not going:
        return [header("Ways to production"), *flows] if flows else []
    told = [f"• {_line(each, today)}" for each in going[:HOME_MOST]]
    told += [f"… and {len(going) - HOME_MOST} more in `bets/`"] if len(going) > HOME_MOST else []
    return [header("What we believe, and why"), section("\n".join(told)), *flows]


def _order(bet: Bet, today: date) -> tuple[bool, date, str]:
    return bet.due(today) is None, bet.due(today) or bet.next_review(today) or date.max, bet.id


def _line(bet: Bet, today: date) -> str:
    pieces = counted(len(bet.evidence), "piece") + " of evidence" if bet.evidence else "*no evidence*"
    due, ahead = bet.due(today), bet.next_review(today)
    when = f"*to be decided since {due}*" if due else f"looked at on {ahead}" if ahead else "*no review date*"
    draft = " (draft)" if bet.status is Status.DRAFT else ""
    return f"*{escape(clip(bet.title, TITLE_MOST))}*{draft}: {pieces}, {when}"


def by_hand(text: str, *, file: str, why: str) -> Shown:
    """Where nothing can be proposed."""
    head = f"{escape(why)} Please add this by hand to `{escape(file)}`:"
    return Shown(head, (section(head), *code(text)))


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_press(action_id: str, value: str) -> tuple[str, str]:
    """The review's id and what was pressed: a choice, or "again". Raises PayloadMalformed for none of ours."""
    if not _ID.fullmatch(value) or action_id not in (*CHOICES, AGAIN):
        raise PayloadMalformed(f"no decision about a bet: {action_id[:40]}")
    return value, "again" if action_id == AGAIN else CHOICES[action_id].value
