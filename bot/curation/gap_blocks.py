"""Shows gaps to the platform team: what is asked, what it lacks, and what can be done; and reads what was pressed.

Nobody who asked is named, and one person's asking is told without a number of people.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import kinds
from bot.bet_button import Source, draft_a_bet
from bot.blockkit import (
    SECTION_MAX,
    Shown,
    actions,
    button,
    clip,
    code,
    context,
    escape,
    header,
    option,
    section,
    select,
)
from bot.curation.catalogue_draft import Entry
from bot.curation.draft_blocks import LOOK_WELL
from bot.curation.gap_rules import FEWEST_PEOPLE, Because, Closing, Gap, GapFacts, Lack
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose, QuestionKind
from bot.statistics import counted

TAKE, SAY_KIND, CLOSE, OPEN = "gaps.take", "gaps.kind", "gaps.close", "gaps.open_action"
DRAFT_ARTICLE, DRAFT_ACTION, OPEN_ACTION = "draft article", "draft action", "open action"  # what is pressed
DRAFTING = (DRAFT_ARTICLE, DRAFT_ACTION, OPEN_ACTION)
DRAFTS = {
    DRAFT_ARTICLE: ("gaps.draft_article", "Draft an article"),
    DRAFT_ACTION: ("gaps.draft_action", "Draft an action"),
}
SHOWN_MOST = 10
HOME_MOST = 5
WORDS_MOST = 150  # of an example
SKELETON = "The questions are the askers' words; what it takes and what it writes, the reviewers say."
_DIGEST = re.compile(r"[0-9a-f]{16}")

GAPS = MessageKind(
    "gaps",
    Purpose.ASKED,
    "the person of the platform team who asked, only visible to them; as a DM when that fails",
    "`gaps`, by the command or to the bot; a choice made beside a gap",
    "once a request",
    "it only answers what you do",
)
KINDS = (GAPS,)

LACKING = {
    Lack.ARTICLE: "an article is missing",
    Lack.ACTION: "an action is missing",
    Lack.PRODUCT: "a problem of the product",
}
# What closes a gap by a choice: the value, what stands in the menu, and what is said afterwards.
CLOSINGS = {
    "article": "An article answers it now",
    "action": "An action does it now",
    "not ours": "No gap: it is not for the platform team",
    "not again": "No gap: it will not be asked again",
    "mixed": "No gap: different questions in one",
}


@dataclass(frozen=True)
class Pressed:
    gap_id: str
    choice: str  # take | draft article | draft action | open action:… | kind:… | close:…


Offers = Mapping[str, Collection[str]]  # by gap, what can be drafted from it


def gap_list(facts: GapFacts, offers: Offers, *, now: datetime, viewer: str, timezone: str) -> Shown:
    """The weightiest open gaps with what can be done, for one person of the platform team."""
    if not facts.open:
        text = "No open gaps: what was asked was answered, or nothing was asked." + _unsorted(facts)
        return Shown(text, (section(text),))
    head = f"*{counted(len(facts.open), 'open gap')}*: asked for, and not in the handbook." + _unsorted(facts)
    blocks = [section(head)]
    for each in facts.open[:SHOWN_MOST]:
        blocks += gap_card(each, offers.get(each.id, ()), now=now, viewer=viewer, timezone=timezone)
    if (rest := len(facts.open) - SHOWN_MOST) > 0:
        blocks.append(context(f"… and {rest} more."))
    lines = [head, *(f"• {told(each, now=now)}" for each in facts.open[:SHOWN_MOST])]
    return Shown("\n".join(lines), tuple(blocks))


def home_part(gaps: Sequence[Gap], offers: Offers, *, now: datetime, viewer: str, timezone: str) -> list[Json]:
    """The weightiest, for App Home."""
    if not gaps:
        return [header("What the handbook lacks"), section("No open gaps: what was asked was answered.")]
    cards = [
        block
        for gap in gaps[:HOME_MOST]
        for block in gap_card(gap, offers.get(gap.id, ()), now=now, viewer=viewer, timezone=timezone)
    ]
    rest = f"`gaps` shows all {len(gaps)}." if len(gaps) > HOME_MOST else "Those are all."
    return [header("What the handbook lacks"), *cards, context(rest)]


def gap_card(gap: Gap, offered: Collection[str], *, now: datetime, viewer: str, timezone: str) -> list[Json]:
    """One gap: its example, its numbers, and what can be done while it is open."""
    words = f"“{escape(clip(gap.example, WORDS_MOST))}”" if gap.example else "(asked where its words are not shown)"
    owner = "" if gap.owner is None else " · yours" if gap.owner == viewer else " · taken by a colleague"
    lines = [words, f"{LACKING[gap.lacks]} · {told(gap, now=now)}{owner}"]
    if gap.again_since is not None:
        lines.append(again(gap.again_since, timezone))
    if gap.closing is not None:
        return [section("\n".join([*lines, closed(gap.closing, timezone)]))]
    return [section("\n".join(lines)), _choices(gap, offered, viewer)]


def told(gap: Gap, *, now: datetime) -> str:
    """Its numbers: "asked 5 times by 3 people, first 12 days ago, last today"."""
    asked = f"asked {_times(gap.questions)}"
    people = f" by {gap.people} people" if gap.people >= FEWEST_PEOPLE else ""
    first, last = _ago(gap.first_asked_at, now), _ago(gap.last_asked_at, now)
    when = f", first {first}, last {last}" if gap.questions > 1 and first != last else f", {last}"
    return f"{asked}{people}{when}"


def again(before: Closing, timezone: str) -> str:
    """Why a gap that was closed is there again."""
    day = _day(before.at, timezone)
    match before.because:
        case Because.ARTICLE:
            named = f" `{escape(clip(before.article, 80))}`" if before.article else ""
            return f"Asked again since the article{named} of {day}."
        case Because.ACTION:
            return f"Asked again since the action of {day}."
        case Because.QUIET:
            return f"Asked again; it was quiet until {day}."
        case Because.DISMISSED:
            return f"Asked again since it was closed on {day} ({CLOSINGS[before.reason].lower()})."


def closed(closing: Closing, timezone: str) -> str:
    day = _day(closing.at, timezone)
    match closing.because:
        case Because.ARTICLE | Because.ACTION:
            return f"Closed on {day}: {CLOSINGS[closing.because.value].lower()}."
        case Because.QUIET:
            return f"Closed on {day}: not asked for twelve weeks."
        case Because.DISMISSED:
            return f"Closed on {day}. {CLOSINGS[closing.reason]}."


def card(gap: Gap, said: str, *, now: datetime, viewer: str, timezone: str) -> Shown:
    """What came of a press, and the gap as it stands now."""
    return Shown(said, (section(said), *gap_card(gap, (), now=now, viewer=viewer, timezone=timezone)))


def action_draft(entry: Entry, gap_id: str, *, is_anew: bool) -> Shown:
    """The entry as it would be proposed. `is_anew`: the reader wanted to open it as it stood before."""
    anew = "This is not what you looked at: what is asked changed meanwhile. Here it is anew. " if is_anew else ""
    head = f"{anew}A draft of an action, which only you see. It would become `{escape(entry.file)}`."
    press = button("Open pull request", action_id=OPEN, value=f"{gap_id}:{entry.digest}", style="primary")
    blocks = (section(head), *code(entry.text), context(f"{SKELETON} {LOOK_WELL}"), actions("gaps.draft", [press]))
    return Shown(head, blocks)


def refusal(reason: str) -> Shown:
    text = clip(escape(reason), SECTION_MAX)
    return Shown(text, (section(text),))


def _choices(gap: Gap, offered: Collection[str], viewer: str) -> Json:
    kinds_offered = [option(words, f"{gap.id}:{each.value}") for each, words in kinds.IN_WORDS.items()]
    now = list(kinds.IN_WORDS).index(gap.kind)
    closings = [option(words, f"{gap.id}:{each}") for each, words in CLOSINGS.items()]
    take = [] if gap.owner == viewer else [button("I take it", action_id=TAKE, value=gap.id, style="primary")]
    menus = [
        select("Kind of question", kinds_offered, action_id=SAY_KIND, chosen=kinds_offered[now]),
        select("Close it …", closings, action_id=CLOSE),
    ]
    drafts = [
        button(words, action_id=action_id, value=gap.id)
        for choice, (action_id, words) in DRAFTS.items()
        if choice in offered
    ]
    return actions(f"gaps.{gap.id}", [*take, *drafts, draft_a_bet(Source.GAP, gap.id), *menus])


def read_pressed(action_id: str, value: str) -> Pressed:
    """Raises PayloadMalformed for what is none of ours."""
    gap_id, _, choice = value.partition(":")
    match action_id:
        case "gaps.take" if not choice:
            return Pressed(gap_id, "take")
        case "gaps.draft_article" | "gaps.draft_action" if not choice:
            return Pressed(gap_id, next(each for each, (known, _) in DRAFTS.items() if known == action_id))
        case "gaps.open_action" if _DIGEST.fullmatch(choice):
            return Pressed(gap_id, f"{OPEN_ACTION}:{choice}")
        case "gaps.kind" if choice in set(QuestionKind):
            return Pressed(gap_id, f"kind:{choice}")
        case "gaps.close" if choice in CLOSINGS:
            return Pressed(gap_id, f"close:{choice}")
    raise PayloadMalformed(f"nothing of a gap: {action_id[:40]}")


def _unsorted(facts: GapFacts) -> str:
    if not facts.unsorted:
        return ""
    return f" {counted(facts.unsorted, 'more question')} cannot be sorted, as their words are not kept."


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _ago(at: datetime, now: datetime) -> str:
    days = (now - at).days
    return "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"


def _day(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%b}"
