"""Puts a quarter's page together: which sections, in which order, and the small print. Pure.

The same facts give the same words. What each section says is its own module's.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blockkit import clip
from bot.report import chosen, helping, voices, weaknesses
from bot.report.facts import QuarterFacts
from bot.report.page import Line, Page, Section, Story
from bot.report.words import of_cell, said
from knowledge import stories

STORIES, TICKETS = "Two stories", "Since somebody asked"
STORIES_MOST, WORDS_MOST = 2, 320  # characters
NOTHING = "Nothing was asked, answered, used or said in this quarter."
CANNOT_SHOW = (
    "It cannot show whether anybody was helped: a ticket closes when the same question comes back next week, and the "
    "best quarter may close fewer. Counted by whoever asked for it, not by Mentor."
)
SHARES = "Shares stand with how many they are of and their 95 % interval (Wilson). Under 5 cases nothing is told."
PRIVACY = (
    "Nothing here is by person; private channels are counted and never named; nobody's words are quoted but in "
    "stories, which name only who agreed."
)
DEFINED = "Every figure is defined in docs/metrics.md of Mentor."

_LINK = re.compile(r"\[([^\]\n]{0,300})\]\([^)\n]{0,1000}\)")
_MARKS = re.compile(r"[*`\\]|^>\s?", re.MULTILINE)


def report(facts: QuarterFacts) -> Page:
    told = [
        chosen.section(facts),
        voices.users_said(facts),
        voices.changed(facts),
        helping.helped(facts),
        helping.got_done(facts),
        weaknesses.section(facts),
        _stories(facts),
        _tickets(facts),
    ]
    sections = tuple(each for each in told if not each.is_silent)
    return Page(f"The platform in {facts.quarter}", _days(facts), sections, tuple(_foot(facts, sections)))


def _stories(facts: QuarterFacts) -> Section:
    here = [each for each in facts.stories if facts.quarter.first <= each.told_on <= facts.quarter.last]
    newest = sorted(here, key=lambda each: (each.told_on, each.id), reverse=True)[:STORIES_MOST]
    title = STORIES if len(newest) == STORIES_MOST else "A story"
    return Section(title, stories=tuple(_story(each, facts) for each in newest))


def _story(story: stories.Story, facts: QuarterFacts) -> Story:
    """What came of it, in the teller's words, as it stands in the handbook."""
    came = story.body.rpartition("## What came of it")[2]
    urls = facts.story_urls or {}
    return Story(story.title, clip(_plain(came), WORDS_MOST), story.team, story.url or urls.get(story.id, ""))


def _plain(markdown: str) -> str:
    """The first paragraph, without its marks."""
    first = next((each for each in markdown.strip().split("\n\n") if not each.lstrip().startswith("#")), "")
    words = _MARKS.sub("", _LINK.sub(r"\1", first)).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(words.split())


def _tickets(facts: QuarterFacts) -> Section:
    """Only where somebody asked, and never alone."""
    if facts.tickets_closed is None:
        return Section(TICKETS)
    repeats = said(facts.repeats) if facts.repeats is not None else "not measured"
    satisfied = [
        f"“{each.question.text}” {of_cell(each.everybody)}"
        for wave in voices.newest_waves(facts)
        for each in wave.questions[:1]
        if each.everybody is not None
    ]
    beside = f"Beside it: questions that came again: {repeats}; satisfaction: {'; '.join(satisfied) or 'not measured'}."
    return Section(TICKETS, (Line(f"Tickets closed: {facts.tickets_closed:,}. {beside}", CANNOT_SHOW),))


def _days(facts: QuarterFacts) -> str:
    first, last = facts.quarter.first, facts.quarter.last
    return f"{first.day} {first:%B} to {last.day} {last:%B %Y}"


def _foot(facts: QuarterFacts, sections: tuple[Section, ...]) -> Iterator[str]:
    if not sections:
        yield NOTHING
    window = facts.quarter.window(facts.timezone)
    if facts.made_at < window.until:
        yield "The quarter is not over: this is how it stands so far."
    if facts.arrived_at is None or facts.arrived_at >= window.until:
        yield "Baseline: Mentor was not there yet. This is counted from what was imported or read back."
    elif facts.arrived_at > window.since:
        yield f"Mentor came on {_day(facts.arrived_at, facts.timezone)}; what was before was imported or read back."
    yield from (SHARES, PRIVACY, DEFINED, f"Counted on {_day(facts.made_at, facts.timezone)}.")


def _day(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%B %Y}"
