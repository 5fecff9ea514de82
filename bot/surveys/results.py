"""Tells what may be said of closed waves: to the platform team in Slack and App Home, to the operator, to the digest.

Who was asked, and answers while a wave is open, are not read here.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.masking import masked
from bot.model import Json, Window
from bot.people import PeopleService
from bot.storage import survey_results as rows
from bot.storage.engine import Database
from bot.storage.survey_results import ClosedWave, Comment, Theme
from bot.surveys import definition, kept, result_rules
from bot.surveys import result_blocks as blocks
from bot.surveys.result_rules import Closed, SurveyFacts, ThemeFacts, WaveFacts
from bot.surveys.sorting import ThemeSorting
from bot.wanted import Asking

EVER = Window(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class SurveyFactsService:
    """What the pillar says: for Slack, the digest, App Home and the command line alike."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def facts(self, window: Window = EVER, *, survey: str | None = None) -> SurveyFacts:
        """The waves closed in the window, the newest first, each as it was decided when it closed."""
        async with self._database.read() as tx:
            waves = await rows.closed_waves(tx, survey=survey)
            themes, comments = await rows.themes(tx), await rows.comments_by_theme(tx)
        told = [each for each in _by_survey(waves) if window.since <= each.closed_at < window.until]
        surveys = {each.survey.id for each in told}
        found = [_theme(each, comments.get(each.id, ())) for each in themes if survey in (None, each.survey)]
        return SurveyFacts(
            window=window,
            waves=tuple(sorted(told, key=lambda each: (each.closed_at, each.id), reverse=True)),
            themes=tuple(each for each in found if each.survey in surveys),
            shipped=tuple(each for each in found if each.shipped_at and window.since <= each.shipped_at < window.until),
        )

    async def shipped(self, window: Window) -> Sequence[ThemeFacts]:
        """What was done about what people said, in the window."""
        return (await self.facts(window)).shipped


def _by_survey(waves: Sequence[ClosedWave]) -> list[WaveFacts]:
    found: dict[str, list[Closed]] = {}
    for each in waves:
        found.setdefault(each.survey, []).append(_closed(each))
    return [facts for theirs in found.values() for facts in result_rules.facts_of(theirs)]


def _closed(wave: ClosedWave) -> Closed:
    return Closed(
        id=wave.id,
        slot=wave.slot,
        survey=definition.from_json(wave.definition),
        frame=wave.frame,
        opened_at=wave.opened_at,
        closed_at=wave.closed_at,
        kept=kept.from_json(wave.shown),
        comments=tuple(masked(each) for each in wave.comments),  # again: names were taken out when the wave closed
    )


def _theme(theme: Theme, comments: Sequence[Comment]) -> ThemeFacts:
    return ThemeFacts(
        theme.id,
        theme.survey,
        theme.title,
        theme.state,
        theme.url,
        theme.opened_at,
        len(comments),
        theme.shipped_at,
    )


class ResultService:
    def __init__(self, desk: Desk, people: PeopleService, facts: SurveyFactsService, sorting: ThemeSorting) -> None:
        self._desk = desk
        self._people = people
        self._facts = facts
        self._sorting = sorting

    async def show(self, asking: Asking) -> None:
        """Results to the person alone, or why they get none."""
        shown, key = await self._shown(asking.asker), f"results:{asking.key}"
        url = asking.response_url
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=url, kind=blocks.RESULTS))

    async def home_part(self, person: str) -> Sequence[Json]:
        """What the person sees of results in App Home; nothing if they are not in the platform team."""
        if await self._refusal(person):
            return ()
        await self._sorting.sort(person)
        return blocks.home_part(await self._facts.facts(), timezone=self._timezone)

    async def _shown(self, person: str) -> Shown:
        if reason := await self._refusal(person):
            return blocks.refusal(reason)
        await self._sorting.sort(person)
        return blocks.results(await self._facts.facts(), timezone=self._timezone)

    async def _refusal(self, person: str) -> str:
        return await self._people.why_not(await self._people.profile(person), Act.SEE_RESULTS)

    @property
    def _timezone(self) -> str:
        return self._desk.shelf.library.handbook.channels.timezone
