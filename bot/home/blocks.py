"""Shows App Home: a box to ask in, what others ask, the person's own questions and what became of them.

Nobody else sees it. What the platform team sees below is made by the pillars that it is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.blockkit import Shown, actions, ask_box, button, clip, context, escape, header, link, section
from bot.kinds import kind_select
from bot.model import Json, MessageKind, Purpose
from bot.peers.cases import Case, Outcome
from bot.peers.solving import By
from knowledge.text import QUESTION_LIMIT

ASK, PROMPT = "home.ask", "home.prompt"
ASKED = MessageKind(
    "asked in Home",
    Purpose.ASKED,
    "the person, as a DM before the answer",
    "a question asked in App Home",
    "once a question",
    "it only answers what you do",
)
KINDS = (ASKED,)
SHOWN_MOST = 10
TEAM_MOST, PARTS_MOST = 50, 24  # blocks; with one's own questions, 25, no more than the hundred a view may have
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


@dataclass(frozen=True)
class Offer:
    """What can be asked: by a box of that id, which is empty while the id is new, and by one press."""

    box_id: str
    prompts: Sequence[str] = ()


def home(
    questions: Sequence[Question],
    offer: Offer,
    *,
    is_left_out: bool,
    command: str,
    timezone: str,
    welcome: Sequence[Json] = (),
    parts: Sequence[Json] = (),
    for_team: Sequence[Json] = (),
) -> Json:
    """The view, newest questions first. `welcome` is for who is new, and takes the place of the questions they have not
    asked; `parts` are other matters of the person, at most 24 blocks; `for_team` are the blocks only the platform team
    sees, at most 50.
    """
    blocks = [*welcome, *_asking(offer), *parts[:PARTS_MOST]]
    if questions or not welcome:
        blocks.append(header("Your questions"))
    if is_left_out:
        blocks.append(section(f"You are counted as “someone”, so none are listed. `{command} settings` changes that."))
    elif not questions and not welcome:
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
        *for_team[:TEAM_MOST],
    ]
    return {"type": "home", "blocks": blocks}


def _asking(offer: Offer) -> list[Json]:
    hint = "Press enter. The answer comes to you alone, under Messages."
    box = ask_box("Ask the handbook", hint, block_id=f"home.ask.{offer.box_id}", action_id=ASK, most=QUESTION_LIMIT)
    offered = [
        button(words, action_id=f"{PROMPT}.{number}", value=prompt_id(words))
        for number, words in enumerate(offer.prompts)
    ]
    return [box, actions("home.prompts", offered)] if offered else [box]


def prompt_id(question: str) -> str:
    return sha256(question.encode(errors="replace")).hexdigest()[:24]


def asked(question: str) -> Shown:
    """What stands before the answer in the direct messages, as nobody wrote the question there."""
    text = f"You asked in Home: {escape(clip(' '.join(question.split()), QUESTION_LIMIT))}"
    return Shown(text, (section(text),))


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
        return "people are working on it; a check mark (✅) on the answer that helped marks it as solved"
    return "waiting for an answer"


def _moment(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"
