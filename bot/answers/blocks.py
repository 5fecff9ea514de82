"""Shows answers: what was found, where it stands and what can be pressed; and reads the presses.

All words people see when they ask are here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers.pointers import Pointer, pointed
from bot.answers.writer import MODEL, Draft, Source
from bot.blockkit import (
    LABEL_MAX,
    SECTION_MAX,
    TEXT_MAX,
    Shown,
    actions,
    button,
    clip,
    context,
    escape,
    link,
    plain,
    section,
)
from bot.doing import Doable, do_it_row
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.notice_board import Outage, known_already
from knowledge.article import review_due
from knowledge.prose import with_closed_code

WHAT_MOST = 600  # characters of somebody's words that are passed on

SOLVED, NOT_QUITE, PERSON = "answers.solved", "answers.not_quite", "answers.person"
ASK_PEOPLE, SHARE, POST = "answers.ask_people", "answers.share", "answers.post"
REASONS = {  # why an answer was not quite it: what is kept, and what the button says
    "wrong topic": "Wrong topic",
    "out of date": "Out of date",
    "unclear": "Unclear",
    "did not work": "Did not work",
    "something else": "Something else",
}
WHY = {f"answers.why.{number}": reason for number, reason in enumerate(REASONS)}
RIGHT, WRONG, QUIET = "answers.right", "answers.wrong", "answers.quiet"
VERDICTS = {
    SOLVED: "solved",
    NOT_QUITE: "not quite",
    PERSON: "person",
    RIGHT: "right",
    WRONG: "wrong",
    QUIET: "silent",
    ASK_PEOPLE: "ask people",
    SHARE: "share",
    POST: "post",
    **WHY,
}

ANSWER = MessageKind(
    "answer",
    Purpose.ASKED,
    "the thread of the question, or the DM it was asked in",
    "a question in a watched channel, a mention, or a message to the bot",
    "once a question",
    "set the channel to `when mentioned` in the handbook's `channels.yaml`",
)
HAND_OVER = MessageKind(
    "hand-over",
    Purpose.ASKED,
    "the thread; names the people on duty, in their hours",
    "somebody asks for a person, presses *Get a person*, or asks with a word that `urgent` in `channels.yaml` names",
    "once a thread",
    "take the word out of `urgent`; else it only answers what you do",
)
HELP = MessageKind(
    "help",
    Purpose.ASKED,
    "the thread or DM it was asked in, or the person alone",
    "`help`, or nothing after the mention or command",
    "once a request",
    "it only answers what you do",
)
GIVEN_UP = MessageKind(
    "given up",
    Purpose.ASKED,
    "the thread or DM of the question, or the person alone",
    "a question to the bot that could not be worked on, after a quarter of an hour of trying",
    "once a question",
    "it only answers what you do",
)
NOT_TAKEN_DOWN = MessageKind(
    "not saved",
    Purpose.ASKED,
    "the person who used the command or pressed, only visible to them",
    "what they did could not be saved, mostly as the database does not answer; sent at once, and not by way of it",
    "once a command or press",
    "it only answers what you do",
)
SHADOW_CARD = MessageKind(
    "shadow card",
    Purpose.OWED,
    "the platform channel",
    "a question in a channel in `shadow` that the bot would have answered",
    "once a question",
    "set the channel to another mode in `channels.yaml`",
)
HANDBOOK_BROKEN = MessageKind(
    "handbook broken",
    Purpose.OWED,
    "the platform channel",
    "a new state of the handbook has errors and was not taken into use",
    "once a broken revision",
    "mend the handbook; `mentor check` shows the errors before they are merged",
)
SOURCE_LOST = MessageKind(
    "source lost",
    Purpose.OWED,
    "the platform channel",
    "a repository in `sources.yaml` cannot be read: at once if it never was, else after ten minutes",
    "once a source and the revision that is kept",
    "correct `sources.yaml`, or what the bot may read",
)
KINDS = (ANSWER, HAND_OVER, HELP, GIVEN_UP, NOT_TAKEN_DOWN, SHADOW_CARD, HANDBOOK_BROKEN, SOURCE_LOST)


@dataclass(frozen=True)
class OnDuty:
    """Who helps, in words: `mention` is Slack's own mark-up for the duty group, "" outside its hours or without one.

    `back` is when they are there again, such as "Monday 09:00 (Europe/London)"; "" while they are, or where nobody is.
    """

    mention: str
    back: str
    page: str


def answer(draft: Draft, answer_id: str, *, is_sure: bool, today: date, can_press: bool = True) -> Shown:
    """The answer, or pointers that may help, with sources and what can be said of it."""
    quoted = with_closed_code(clip(escape(draft.text).strip(), 2_800)) or "This article may help:"
    solved = pointed(draft.pointers, today=today)
    head = quoted if is_sure else "I am not sure, but these may help:" if draft.sources else solved or POINTER_GONE
    blocks = [section(head)]
    if is_sure and draft.writer == MODEL:
        blocks.append(context("Written by a language model from the sources below."))
        blocks += [context(_numbered(number, draft.sources, today)) for number in range(1, len(draft.sources) + 1)]
    elif is_sure:
        blocks.append(context("From " + " · and ".join(cited(source, today) for source in draft.sources[:1])))
        if draft.sources[1:]:
            blocks.append(context("See also " + " · ".join(_in_short(source) for source in draft.sources[1:])))
    else:
        blocks += [section("• " + cited(source, today)) for source in draft.sources]
    more = solved if head != solved else ""
    blocks += [section(more)] if more else []
    if can_press:
        blocks.append(_verdict_buttons(answer_id))
    return Shown(_plain(head, draft.sources, more), tuple(blocks))


def with_actions(shown: Shown, doable: Sequence[Doable]) -> Shown:
    """The answer, with what its article says can be done for the person, above what can be said of it."""
    at = next((number for number, block in enumerate(shown.blocks) if block["type"] == "actions"), len(shown.blocks))
    return Shown(shown.text, (*shown.blocks[:at], *do_it_row(doable), *shown.blocks[at:]))


def nothing_found(answer_id: str, pointers: Sequence[Pointer] = (), *, today: date, is_more: bool = False) -> Shown:
    """Said only to somebody who asked the bot; in a channel it stays silent. `is_more`: beyond what was answered."""
    what = (
        "nothing more about this in the handbook than I said above" if is_more else "nothing about this in the handbook"
    )
    solved = pointed(pointers, today=today)
    instead = f"{solved} If that is not it, a person can help you:" if solved else "A person can help you:"
    text = f"I found {what}, and I do not guess. {instead}"
    buttons = [button("Get a person", action_id=PERSON, value=answer_id, style="primary")]
    return Shown(text, (section(text), actions("answers.verdict", buttons)))


def known(outage: Outage, answer_id: str) -> Shown:
    """An incident is on: known already. It may be something else, so a person stays one press away."""
    shown = known_already(outage)
    buttons = [button("Get a person", action_id=PERSON, value=answer_id)]
    return Shown(shown.text, (*shown.blocks, actions("answers.verdict", buttons)))


def needs(what: str) -> str:
    """Somebody's wish for a person, in their own words where they wrote some."""
    said = clip(" ".join(escape(plain(what)).split()), WHAT_MOST)
    return f"needs a person: “{said}”" if said else "needs a person: please see the question above."


POINTER_GONE = "The thread that I linked here may not be shown any more."
URGENT = "says that it cannot wait: please see the question above."


def hand_over(on_duty: OnDuty, *, wish: str = "") -> Shown:
    """Who looks at it, when they are there, and the official way to page: to the thread with what is wished for there
    (`needs`, `URGENT`), or to one person alone.
    """
    if on_duty.mention:
        text = f"{on_duty.mention} {f'somebody here {wish}' if wish else 'can help you.'}"
    else:
        there = f"Nobody is on duty right now; back {on_duty.back}."
        unknown = "The handbook names nobody on duty. Please ask in the platform team's channel."
        text = (f"Somebody here {wish} " if wish else "") + (there if on_duty.back else unknown)
    if on_duty.page:
        text += f"\nIf it cannot wait: {escape(on_duty.page)}"
    text = clip(text, SECTION_MAX)
    return Shown(text, (section(text),))


def called_before() -> Shown:
    return refusal("A person has been called in this thread. The message stands there.")


def refusal(reason: str) -> Shown:
    text = clip(escape(reason), SECTION_MAX)
    return Shown(text, (section(text),))


def help_text(verbs: Sequence[tuple[str, str]], *, command: str, name: str) -> Shown:
    """How to ask, get something done and get a person, then the verbs there are."""
    lines = [
        f"*Ask*: `{command} how do I see my logs?`, mention {escape(name)} in a thread, or write to it directly.",
        "*Answers* come from the handbook and say where they stand.",
        f"*Get something done*: `{command} run`.",
        f"*Get a person*: `{command} human`.",
    ]
    known = "  ".join(f"`{verb}` {escape(summary)}." for verb, summary in verbs)
    text = "\n".join(lines)
    return Shown(text, (section(text), context(known)))


def shadow_card(
    draft: Draft, answer_id: str, *, is_sure: bool, permalink: str, today: date, kind_menu: Json | None = None
) -> Shown:
    """For the platform team alone: what the bot would have said. It links the question and does not quote it.

    `kind_menu` is the choice of what kind of question it is; None when it is no question any more.
    """
    would = answer(draft, answer_id, is_sure=is_sure, today=today, can_press=False)
    head = f"In shadow: to {link(permalink, 'this question')} I would have said the following. Was it right?"
    buttons = [
        button("Right", action_id=RIGHT, value=answer_id, style="primary"),
        button("Wrong", action_id=WRONG, value=answer_id),
        button("Should stay silent", action_id=QUIET, value=answer_id),
    ]
    return Shown(head, (section(head, accessory=kind_menu), *would.blocks, actions("answers.shadow", buttons)))


def handbook_broken(problems: Sequence[str], *, revision: str) -> Shown:
    listed = "\n".join(f"• {escape(problem)}" for problem in problems[:10])
    more = f"\n… and {len(problems) - 10} more." if len(problems) > 10 else ""
    text = (
        f"The handbook at `{escape(revision[:12])}` has errors and was not taken into use. "
        f"I go on answering from the last good one. `mentor check` shows the same list.\n{listed}{more}"
    )
    return Shown(clip(text, 2_900), (section(text),))


def source_lost(name: str, reason: str, *, revision: str) -> Shown:
    kept = (
        f"I go on answering from what I read last (`{escape(revision[:12])}`)."
        if revision
        else "Its articles are not used."
    )
    text = f"The source *{escape(name)}* of the handbook cannot be read. {kept}\n{escape(reason)}"
    return Shown(clip(text, 2_900), (section(text),))


def said(verdict: str) -> str:
    """What stands under an answer once something was said of it."""
    match verdict:
        case "solved":
            return "✓ Solved, says the person who asked."
        case "not quite":
            return "Not it, says the person who asked."
        case "right" | "wrong":
            return f"Judged *{verdict}* by the platform team."
        case _:
            return "Judged by the platform team: should stay silent."


def _verdict_buttons(answer_id: str) -> Json:
    return actions(
        "answers.verdict",
        [
            button("That solved it", action_id=SOLVED, value=answer_id, style="primary"),
            button("Not quite", action_id=NOT_QUITE, value=answer_id),
        ],
    )


def _in_short(source: Source) -> str:
    if not source.replaced_by:
        return source_link(source)
    return f"{source_link(source)} (replaced by {link(source.replaced_by_url, source.replaced_by)})"


def cited(source: Source, today: date) -> str:
    """The section with its age and its owner, in a line."""
    return " · ".join(part for part in (_in_short(source), _age(source, today), _owner(source)) if part)


def _numbered(number: int, sources: Sequence[Source], today: date) -> str:
    """By the number the text names it by; the only one has none."""
    return (f"[{number}] " if len(sources) > 1 else "") + cited(sources[number - 1], today)


def source_link(source: Source) -> str:
    """The cited section, linked where the page's address is known."""
    title = f"{source.title} › {source.section}" if source.section and source.section != source.title else source.title
    return link(source.url + (f"#{source.anchor}" if source.url and source.anchor else ""), title)


def _owner(source: Source) -> str:
    return f"owner {clip(escape(source.owner), LABEL_MAX)}" if source.owner else ""


def _age(source: Source, today: date) -> str:
    if source.reviewed is None:
        return "never reviewed"
    days = (today - source.reviewed).days
    ago = "yesterday" if days == 1 else f"{days} days ago" if days < 60 else f"{days // 30} months ago"
    due = review_due(source.reviewed, source.review_every_days)
    old = ", due for review" if due is not None and due < today else ""
    return f"reviewed {source.reviewed.day} {source.reviewed:%b %Y} ({'today' if days <= 0 else ago}{old})"


def _plain(head: str, sources: Sequence[Source], more: str) -> str:
    titles = "; ".join(escape(source.title) for source in sources)
    return clip("\n".join(part for part in (head, titles, more) if part), TEXT_MAX)


def read_verdict(action_id: str) -> str:
    """What the button says. Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in VERDICTS:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return VERDICTS[action_id]
