"""Shows the catalogue: what a person may run with a button each, and what not, each with the reason. Pure.

As a message, as a modal to choose from, and as a part of App Home.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.actions.matching import meant
from bot.blockkit import TEXT_MAX, Shown, actions, button, clip, context, escape, header, section
from bot.doing import open_button
from bot.errors import PayloadMalformed
from bot.model import Json
from knowledge.actions import Action

PICK, PAGE = "actions.pick", "actions.page"  # in the modal, where a form takes the list's place
SHOWN_MOST = 20  # actions of a message: with their headings under the 50 blocks it may have
SHOWN_CHARS = 5_000  # of these; with the rest under the 10,000 characters it may have
PAGE_MOST = 40  # actions of a modal's page, which may have 100 blocks
HOME_MOST = 8
HOME_BLOCKS = HOME_MOST + 2
REFUSED_CHARS = 2_800  # of all that is not open to the person
TITLE_CHARS, SUMMARY_CHARS, REASON_CHARS, WORDS_CHARS = 100, 200, 160, 80


@dataclass(frozen=True)
class Offer:
    """An action, why the person may not run it here and now ("" when they may), and its capability's title."""

    action: Action
    why_not: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Found:
    """What was looked for, and what is shown of the catalogue for it."""

    offers: Sequence[Offer]
    head: str


def found(offers: Sequence[Offer], text: str) -> Found:
    """All of it when nothing was looked for or nothing is called so."""
    asked = f"“{clip(escape(' '.join(text.split())), WORDS_CHARS)}”"
    if not offers:
        return Found(offers, "The handbook has no actions yet.")
    if not text.strip():
        return Found(offers, "You can do this yourself:")
    match = meant(text, [each.action for each in offers])
    kept = [offer for action in match.actions for offer in offers if offer.action is action]
    if not kept:
        return Found(offers, f"No action is called {asked}. These exist:")
    return Found(kept, f"No action is called {asked}. These come near:" if match.is_near else f"Found for {asked}:")


def listing(offers: Sequence[Offer], text: str = "", *, command: str) -> Shown:
    """The message. `text` is what was looked for; more than fits is found by looking for it."""
    match = found(offers, text)
    open_ones = [each for each in match.offers if not each.why_not]
    shown = _fitting(open_ones)
    head = match.head if open_ones or not match.offers else f"{match.head} You can run none of them here."
    blocks = [section(head), *_grouped(shown)]
    if left := len(open_ones) - len(shown):
        blocks.append(context(f"And {left} more: `{escape(command)} run WORDS` finds them."))
    blocks += _refused([each for each in match.offers if each.why_not])
    titles = "; ".join(_title(each.action) for each in shown)
    return Shown(clip("\n".join(part for part in (head, titles) if part), TEXT_MAX // 5), tuple(blocks))


def chooser(offers: Sequence[Offer], page: int = 0) -> Json:
    """The modal, a page of it."""
    open_ones = [each for each in offers if not each.why_not]
    shown = open_ones[page * PAGE_MOST : (page + 1) * PAGE_MOST]
    is_last = (page + 1) * PAGE_MOST >= len(open_ones)
    head = "You can do this yourself:" if open_ones else "Nothing in the catalogue is open to you here."
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Run a platform action"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [
            section(head),
            *_grouped(shown, in_modal=True),
            *_pages(page, is_last=is_last),
            *(_refused([each for each in offers if each.why_not]) if is_last else []),
        ],
    }


def home_part(offers: Sequence[Offer], *, command: str) -> list[Json]:
    """What the person may run, at most eight; nothing where that is nothing."""
    open_ones = [each for each in offers if not each.why_not]
    if not open_ones:
        return []
    shown = [_entry(each.action, open_button("Open", each.action.id)) for each in open_ones[:HOME_MOST]]
    left = len(offers) - len(shown)
    more = [context(f"{left} more, and why some are not open to you: `{escape(command)} run`.")] if left else []
    return [header("Get something done"), *shown, *more]


def read_page(value: str) -> int:
    """Raises PayloadMalformed for a page that no catalogue has."""
    if not (value.isascii() and value.isdigit() and len(value) <= 3):
        raise PayloadMalformed("no page of ours")
    return int(value)


def refusal(action: Action | None, reason: str) -> Shown:
    """To the person alone, in place of a form."""
    text = f"*{_title(action)}*: {escape(reason)}" if action else escape(reason)
    return Shown(text, (section(text),))


def _fitting(offers: Sequence[Offer]) -> Sequence[Offer]:
    """As many, from the first on, as a message has room for."""
    room = SHOWN_CHARS
    for count, each in enumerate(offers[:SHOWN_MOST]):
        room -= len(_words(each.action)) + len(escape(each.heading))
        if room < 0:
            return offers[:count]
    return offers[:SHOWN_MOST]


def _grouped(offers: Sequence[Offer], *, in_modal: bool = False) -> Iterator[Json]:
    """By capability, in the order the first of each stands in, and what is of none last; a heading each, where there
    are several.
    """
    groups: dict[str, list[Action]] = {}
    for each in sorted(offers, key=lambda each: not each.heading):
        groups.setdefault(each.heading, []).append(each.action)
    for heading, entries in groups.items():
        if len(groups) > 1:
            yield context(f"*{escape(clip(heading, TITLE_CHARS)) or 'Other'}*")
        for action in entries:
            yield _entry(action, _pick(action) if in_modal else open_button("Open", action.id))


def _entry(action: Action, accessory: Json) -> Json:
    return section(_words(action), accessory=accessory)


def _words(action: Action) -> str:
    return f"*{_title(action)}*\n{escape(clip(' '.join(action.summary.split()), SUMMARY_CHARS))}"


def _pick(action: Action) -> Json:
    return button("Open", action_id=PICK, value=action.id)


def _pages(page: int, *, is_last: bool) -> list[Json]:
    buttons = []
    if page:
        buttons.append(button("Back", action_id=f"{PAGE}.back", value=str(page - 1)))
    if not is_last:
        buttons.append(button("More", action_id=f"{PAGE}.more", value=str(page + 1)))
    return [actions("actions.pages", buttons)] if buttons else []


def _refused(offers: Sequence[Offer]) -> list[Json]:
    """In few blocks, a line each; those with one reason stand together."""
    if not offers:
        return []
    lines: list[str] = []
    length = 0
    for each in offers:
        line = f"• {_title(each.action)}: {escape(clip(each.why_not, REASON_CHARS))}"
        length += len(line) + 1
        if length > REFUSED_CHARS:
            lines.append(f"… and {len(offers) - len(lines)} more.")
            break
        lines.append(line)
    return [context("*Not open to you here*"), section("\n".join(lines))]


def _title(action: Action) -> str:
    return escape(clip(action.title or action.id, TITLE_CHARS))
