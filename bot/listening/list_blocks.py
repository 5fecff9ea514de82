"""Shows the platform team what people find hard: by stage, by theme, with a few of the words.

Counts of people stand only from two on; who said what stands nowhere, but where the person let it be seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.bet_button import Source, draft_a_bet
from bot.blockkit import actions, clip, context, escape, link, section
from bot.change_form import Ids, buttons
from bot.friction import IN_WORDS, Stage
from bot.listening.figures import Count, ListeningFacts, ThemeFacts
from bot.model import Json, MessageKind, Purpose
from bot.statistics import counted, duration

THEMES_MOST, EXAMPLES_MOST = 6, 3
WORDS_MOST, TITLE_MOST = 200, 120  # characters
NONE = "Nobody logged anything hard in this window. `friction <text>` does, and *Log as friction* on a message."
IDS = Ids(
    form="listening.theme.change",
    link="listening.theme.link",
    live="listening.theme.live",
    drop="listening.theme.drop",
    told="When it is live, the digest can list it once.",
)
LINKED = MessageKind(
    "theme of friction",
    Purpose.ASKED,
    "the person of the platform team who pressed, as a DM",
    "a change was linked to a theme in App Home, or a theme was said to be live or not followed up",
    "once a press",
    "it only answers what you do",
)
KINDS = (LINKED,)
STATES = {
    "open": "nothing done yet",
    "linked": "a change is linked",
    "shipped": "a change is live",
    "dropped": "not followed up",
}


@dataclass(frozen=True)
class Example:
    """Words that may be shown, the message they are about ("" for none), and who let their name be seen."""

    words: str
    url: str = ""
    name: str = ""


Examples = Mapping[str, Sequence[Example]]  # by theme; "" of those that stand alone


def home_part(facts: ListeningFacts, examples: Examples) -> list[Json]:
    """For App Home; with buttons beside each theme that waits for somebody."""
    if not facts.friction.n:
        return []
    blocks: list[Json] = [section("\n".join(["*What people find hard*, in 90 days", *stage_lines(facts)]))]
    for theme in facts.themes[:THEMES_MOST]:
        blocks.append(section("\n".join([theme_line(theme), *_quoted(examples.get(theme.id, ()))])))
        if theme.state in ("open", "linked"):
            row = buttons(IDS, theme.id, is_linked=theme.state == "linked")
            row.append(draft_a_bet(Source.FRICTION, theme.id))
            blocks.append(actions(f"listening.theme.{theme.id}", row))
    if len(facts.themes) > THEMES_MOST:
        blocks.append(context(f"… and {counted(len(facts.themes) - THEMES_MOST, 'more theme')}: `mentor friction`."))
    if alone := _quoted(examples.get("", ())):
        blocks.append(section("\n".join(["Said once:", *alone])))
    return blocks


def lines(facts: ListeningFacts) -> list[str]:
    """For a terminal."""
    if not facts.friction.n:
        return [NONE]
    kept, days = facts.kept_word, facts.days_to_change
    took = f", after {duration(days * 86_400)} (median)" if days is not None else ""
    told = [f"You said, we did: {kept.k} of {counted(kept.n, 'theme')} led to a change{took}."] if kept.n else []
    return [*stage_lines(facts), *map(theme_line, facts.themes), *told]


def stage_lines(facts: ListeningFacts) -> list[str]:
    """All of it, then each stage in the order of delivery."""
    stages = [f"• {IN_WORDS[Stage(stage)]}: {_count(count)}" for stage, count in facts.by_stage.items()]
    return [f"All: {_count(facts.friction)}", *stages]


def theme_line(theme: ThemeFacts) -> str:
    change = f": {link(theme.url, theme.url)}" if theme.url else ""
    title = escape(clip(theme.title, TITLE_MOST))
    return f"*{title}*: {_count(theme.count)} · {STATES[theme.state]}{change}"


def _count(count: Count) -> str:
    people = f", {count.people} people" if count.people else ""
    teams = f" of {counted(count.teams, 'team')}" if count.people and count.teams else ""
    return f"{counted(count.n, 'time')}{people}{teams} ({count.before} before)"


def _quoted(examples: Sequence[Example]) -> list[str]:
    return [f"    “{_words(each)}”{f', {escape(each.name)}' if each.name else ''}{_message(each)}" for each in examples]


def _words(example: Example) -> str:
    return escape(clip(" ".join(example.words.split()), WORDS_MOST)) or "…"


def _message(example: Example) -> str:
    return f" ({link(example.url, 'about this message')})" if example.url else ""
