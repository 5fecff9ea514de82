"""Shows a person what is kept about them and what they can do about it; and reads the presses."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.blockkit import Shown, actions, button, confirmation, context, escape, section
from bot.errors import PayloadMalformed
from bot.listening.thanks_blocks import AGAIN, LESS, MINE
from bot.model import Json, MessageKind, Purpose
from bot.peers.notice_blocks import COUNT_OUT
from bot.privacy.rules import FOR_EVER, SOMEONE, Kept
from bot.surveys.blocks import NEVER, PAUSE, RESUME

COUNT_IN, SEND, ERASE = "privacy.in", "privacy.export", "privacy.erase"
COUNTED_OUT, COUNTED_IN, SENT, ERASING = "out", "in", "export", "erase"
CHOICES = {COUNT_OUT: COUNTED_OUT, COUNT_IN: COUNTED_IN, SEND: SENT, ERASE: ERASING}
PARTS_MAX = 10  # direct messages of one export
PIECE = 2_900  # characters of a code block, under the limit of a section
PIECES_MAX = 3  # code blocks a message, so that all its text stays under Slack's limit

SETTINGS = MessageKind(
    "settings",
    Purpose.ASKED,
    "the person alone",
    "`settings`, or a press on *Count me out*, *Count me in* or *Erase what you keep*",
    "once an act",
    "it only answers what you do",
)
EXPORT = MessageKind(
    "export",
    Purpose.ASKED,
    "the person, as direct messages",
    "a press on *Send me what you keep*",
    f"up to {PARTS_MAX} parts a press",
    "it only answers what you do",
)
ERASED = MessageKind(
    "erased",
    Purpose.ASKED,
    "the person alone; sent at once, as nothing about the person is left in the database",
    "a press on *Erase what you keep*, once it is done",
    "once a press",
    "it only answers what you do",
)
KINDS = (SETTINGS, EXPORT, ERASED)


def settings(kept: Kept) -> Shown:
    if kept.is_counted:
        head = "*You are counted.* In watched channels I keep what you write, and what became of questions."
        first = button("Count me out", action_id=COUNT_OUT, value="me")
    else:
        head = f"*You are left out.* You count as {SOMEONE}: I keep no words of yours and never name you."
        first = button("Count me in", action_id=COUNT_IN, value="me")
    text = f"{head} Nobody is shown what you do, and figures name nobody.\n{_surveys(kept)}\n{_kept(kept.counts)}"
    buttons = [
        first,
        button("Send me what you keep", action_id=SEND, value="me"),
        button("Erase what you keep", action_id=ERASE, value="me", style="danger", confirm=_SURE),
    ]
    surveys = actions("privacy.surveys", _survey_buttons(kept))
    thanks = actions("privacy.thanks", [_thanks_button(kept)])
    return Shown(text, (section(text), actions("privacy.settings", buttons), surveys, thanks))


def _thanks_button(kept: Kept) -> Json:
    if kept.wants_no_thanks:
        return button("Bring me thanks again", action_id=AGAIN, value=MINE)
    return button("No thanks from colleagues", action_id=LESS, value=MINE)


def _surveys(kept: Kept) -> str:
    """Pulse surveys, and what the person said of them."""
    if not kept.no_surveys:
        return "*Pulse surveys:* you may be drawn, at most twice in 30 days, and need not answer."
    if kept.no_surveys == FOR_EVER:
        return "*Pulse surveys:* you are never asked."
    return f"*Pulse surveys:* you are not asked until {kept.no_surveys}."


def _survey_buttons(kept: Kept) -> list[Json]:
    if kept.no_surveys:
        return [button("Ask me again", action_id=RESUME, value="me")]
    return [
        button("No surveys for 3 months", action_id=PAUSE, value="me"),
        button("No surveys at all", action_id=NEVER, value="me"),
    ]


_SURE = confirmation(
    "Erase what I keep about you?",
    "Your words, and all that leads from my records to you, go for good. From then on you count as someone.",
    yes="Erase",
    no="Keep",
)


def _kept(counts: Mapping[str, int]) -> str:
    """How many rows of each kind there are, in a person's words."""
    there = (
        f"messages {counts['messages']}, with their words {counts['words']}; questions {counts['questions']}; "
        f"reactions {counts['reactions']}; others' messages to you {counts['mentions']}"
    )
    here = (
        f"answers {counts['answers']}; what you said of them {counts['verdicts']}; messages {counts['messages_to_you']}"
    )
    asked = (
        f"what you asked to have done {counts['requests']}; your say on what others asked {counts['decisions']}; "
        f"Git accounts you linked {counts['git_accounts']}"
    )
    drawn = f"those you were drawn for {counts['survey_invitations']}"
    told = (
        f"what you logged as hard {counts['friction']}; success stories {counts['stories']}; thanks you gave "
        f"{counts['thanks_you_gave']}, and got {counts['thanks_you_got']}; notes of "
        f"talks with you {counts['notes_of_talks_with_you']}"
    )
    said = {"In watched channels": there, "From me to you": here, "Actions": asked, "Surveys": drawn, "Told": told}
    return "\n".join(["What I keep about you:", *(f"• {name}: {words}" for name, words in said.items())])


def counted_out() -> Shown:
    return _plain(
        f"Done. From now on you count as {SOMEONE}: your words are not kept, those I had are gone, and I never name "
        "you. Ask me whenever you like; I answer you as before."
    )


def counted_in() -> Shown:
    return _plain("Done. From now on you are counted again. What was counted as someone's before stays so.")


def not_done() -> Shown:
    return _plain("That could not be done: something broke on my side, and my operators see it. Please press again.")


def erased(left: Sequence[str]) -> Shown:
    """What was done, and what cannot be reached from here."""
    text = (
        "Done. Your words and all that leads from my records to you are gone; others' words that I keep say "
        f"{SOMEONE} where they named you.\n"
        "*What I cannot reach:* what stands in Slack itself, commits in Git, and backups or archived logs of my "
        "database, which go as your operators' rules say.\n"
        f"*From now on* you count as {SOMEONE}, so that reading a channel again does not bring you back. For that I "
        "keep a code made from your Slack id, and nothing else. Asking me something makes a new record of it."
    )
    shown: list[Json] = [section(text)]
    if left:
        shown.append(context("Left for the operators: " + escape("; ".join(left)) + "."))
    return Shown(text, tuple(shown))


def export(exported: Mapping[str, Any]) -> list[Shown]:
    """In parts under Slack's limits; where it would be too many, where to get it instead."""
    text = json.dumps(exported, ensure_ascii=False, indent=1)
    for character in "&<>`":  # the same to whoever reads JSON, and nothing to Slack
        text = text.replace(character, f"\\u{ord(character):04x}")
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    parts = [pieces[start : start + PIECES_MAX] for start in range(0, len(pieces), PIECES_MAX)]
    if len(parts) > PARTS_MAX:
        return [
            _plain(
                f"What I keep about you is too long for {PARTS_MAX} messages ({len(text):,} characters). "
                f"Please ask my operators for the file: `mentor privacy export {exported['user']} --out FILE`."
            )
        ]
    return [_part(each, number, len(parts)) for number, each in enumerate(parts, 1)]


def _part(pieces: Sequence[str], number: int, of: int) -> Shown:
    head = f"What I keep about you, as JSON: part {number} of {of}."
    return Shown(head, (section(head), *(section(f"```{piece}```") for piece in pieces)))


def _plain(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_choice(action_id: str) -> str:
    """What the button wants. Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return CHOICES[action_id]


def empty_home() -> Json:
    """App Home of somebody who was erased."""
    return {"type": "home", "blocks": [section("Nothing is kept about you.")]}
