"""Shows App Home: the person's own questions and what became of them. Nobody else sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blockkit import clip, context, escape, header, link, section
from bot.kinds import kind_select
from bot.model import Json
from bot.peers.cases import Case, Outcome
from bot.peers.solving import By

SHOWN_MOST = 10
WORDS_MOST = 150  # of a question
STATES = {
    Outcome.PEER: "a colleague helped",
    Outcome.PLATFORM: "the platform team helped",
    Outcome.BOT: "solved from the handbook",
    Outcome.SELF: "you solved it",
    Outcome.UNCONFIRMED: "I answered; you did not say whether it helped",
    Outcome.NONE: "no answer yet",
}


@dataclass(frozen=True)
class Question:
    """One of the person's own. `text` is "" where words are not kept."""

    case: Case
    channel: str
    text: str
    permalink: str  # "" where Slack gives none


def home(questions: Sequence[Question], *, is_left_out: bool, command: str, timezone: str) -> Json:
    """The view, newest questions first."""
    blocks = [header("Your questions")]
    if is_left_out:
        blocks.append(section(f"You are counted as “someone”, so none are listed. `{command} settings` changes that."))
    elif not questions:
        blocks.append(section("You asked nothing in the channels I watch in the last four weeks."))
    for each in questions[:SHOWN_MOST]:
        blocks += _question(each, timezone)
    blocks += [
        {"type": "divider"},
        section(
            f"*Ask* in a channel, here under *Messages*, or `{command} how do I see my logs?`\n"
            f"*Get a person*: `{command} human`.\n"
            f"*What is kept about you*, and how to be left out: `{command} settings`."
        ),
    ]
    return {"type": "home", "blocks": blocks}


def _question(each: Question, timezone: str) -> list[Json]:
    asked = each.case.asked_at.astimezone(ZoneInfo(timezone))
    words = escape(clip(" ".join(each.text.split()), WORDS_MOST)) or "(its words are not kept)"
    place = f"#{each.channel}, {_moment(asked)}"
    where = link(each.permalink, place) if each.permalink else escape(place)
    menu = kind_select(each.case.channel_id, each.case.ts, each.case.kind)
    return [section(words, accessory=menu), context(f"{where}: {_state(each.case)}")]


def _state(case: Case) -> str:
    if case.is_reopened:
        return "open again: you wrote that it is not solved"
    if case.outcome is not Outcome.OPEN:
        solved = " (solved)" if case.solution and case.solution.by in (By.PEER, By.PLATFORM) else ""
        return STATES[case.outcome] + solved
    if case.first_responder_kind in (By.PEER, By.PLATFORM):
        return "people are at it; a check mark (✅) on the answer that helped marks it as solved"
    return "waiting for an answer"


def _moment(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"
