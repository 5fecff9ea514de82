"""Reads what a bet rests on out of the other pillars: what was said when it is drafted, and what was said since.

Who said something is not read here, only how many. Decides nothing: see `rules`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.adoption.courses import State
from bot.adoption.facts import AdoptionFactsService
from bot.adoption.figures import CapabilityFacts
from bot.adoption.reading import user_actions
from bot.bet_button import Source
from bot.curation.gap_facts import GapFactsService
from bot.curation.gap_rules import FEWEST_PEOPLE, Member
from bot.desk import Desk
from bot.discovery import rules
from bot.discovery.bet_file import Found
from bot.discovery.rules import Heard, Satisfied, Taken
from bot.errors import SlackError
from bot.listening import figures as listening_figures
from bot.listening.figures import Entry
from bot.listening.listing import ListeningFactsService
from bot.masking import masked
from bot.model import Window
from bot.statistics import FEWEST, TOO_FEW, Share, counted
from bot.storage import discovery as rows
from bot.storage import friction as friction_rows
from bot.storage import survey_results, talks
from bot.surveys.result_rules import QuestionFacts, WaveFacts, in_words
from bot.surveys.results import SurveyFactsService
from knowledge.bets import Bet, Evidence, Kind
from knowledge.capabilities import Capability, Status
from knowledge.surveys import After, Scale, Survey

log = structlog.get_logger(__name__)

QUESTIONS_MOST = 5  # of a gap, that are named one by one
LATELY = timedelta(days=90)  # as App Home shows themes of friction
SATISFACTION = (Scale.CSAT, Scale.CES)


class Sources:
    def __init__(
        self,
        desk: Desk,
        *,
        gaps: GapFactsService,
        listening: ListeningFactsService,
        surveys: SurveyFactsService,
        adoption: AdoptionFactsService,
    ) -> None:
        self._desk = desk
        self._gaps = gaps
        self._listening = listening
        self._surveys = surveys
        self._adoption = adoption

    # What a bet is drafted from.

    async def found(self, source: Source, id_: str) -> Found | None:
        """None where it is not there any more. Raises SlackError while Slack does not tell the names."""
        match source:
            case Source.GAP:
                return await self._of_gap(id_)
            case Source.FRICTION:
                return await self._of_friction(id_)
            case Source.PULSE:
                return await self._of_pulse(id_)

    async def _of_gap(self, gap_id: str) -> Found | None:
        """In the askers' words, as far as these may be shown, without names."""
        gap = await self._gaps.gap(gap_id)
        if gap is None:
            return None
        names = await self._names()
        members = (await self._gaps.members_of([gap_id])).get(gap_id, [])
        words = masked(gap.example, names=names) if gap.example else ""
        by = f" by {gap.people} people" if gap.people >= FEWEST_PEOPLE else ""
        days = self._days(gap.first_asked_at, gap.last_asked_at)
        own = Evidence(Kind.GAP, gap_id, f"asked {counted(gap.questions, 'time')}{by}, {days}")
        shown = [each for each in reversed(members) if each.text and each.ts][:QUESTIONS_MOST]
        asked = [await self._question(each) for each in shown]
        title = words or f"What {counted(gap.questions, 'question')} asked for"
        problem = f"“{words}”" if words else "Asked where its words are not shown: say it in users' words."
        return Found(title, problem, (own, *asked))

    async def _question(self, member: Member) -> Evidence:
        """With a link, which Slack opens to whoever may read the channel."""
        try:
            link = await self._desk.slack.permalink(member.channel_id, member.ts)
        except SlackError as error:
            log.warning("bet.no_permalink", reason=str(error))
            link = ""
        return Evidence(Kind.QUESTION, f"{member.channel_id}:{member.ts}", link)

    async def _of_friction(self, theme_id: str) -> Found | None:
        """By its title, which quotes nobody: what people logged was for the platform team, not for a file."""
        now = self._desk.clock.now()
        facts = await self._listening.facts(Window(now - LATELY, now))
        theme = next((each for each in facts.themes if each.id == theme_id), None)
        if theme is None:
            return None
        people = theme.count.people or 0
        often = f"logged as hard {counted(theme.count.n, 'time')}" if people >= FEWEST else "logged as hard by a few"
        by = f" by {people} people" if people >= FEWEST else ""
        said = f"{theme.title}: {often}{by}, in {LATELY.days} days to {self._desk.today()}"
        return Found(
            theme.title, _in_short(theme.title, "logged as hard"), (_theme(Kind.FRICTION_THEME, theme_id, said),)
        )

    async def _of_pulse(self, theme_id: str) -> Found | None:
        """Likewise."""
        themes = {each.id: each for each in (await self._surveys.facts()).themes}
        theme = themes.get(theme_id)
        if theme is None:
            return None
        n = f"{theme.comments} comments" if theme.comments >= FEWEST else "a few comments"
        said = f"{theme.title}: {n} in the survey {theme.survey}"
        return Found(
            theme.title, _in_short(theme.title, "written in a survey"), (_theme(Kind.PULSE_THEME, theme_id, said),)
        )

    async def _names(self) -> frozenset[str]:
        everybody = [each for each in await self._desk.slack.everybody() if not each.profile.is_bot]
        return frozenset[str]().union(*[each.names for each in everybody])

    def _days(self, first: datetime, last: datetime) -> str:
        one, other = (self._desk.local_day(each) for each in (first, last))
        return f"on {one}" if one == other else f"from {one} to {other}"

    # What happened since.

    async def news(self, bet: Bet, since: datetime) -> list[str]:
        """Lines of what was said and chosen from then until now."""
        window = Window(since, self._desk.clock.now())
        counting = [each for each in bet.evidence if each.kind in rules.COUNTED]
        lines = await self._gone(bet)
        lines += [rules.told_of(each, await self._heard(each, window)) for each in counting]
        return rules.news(lines, len(bet.evidence) - len(lines), await self._of_use(bet, window))

    async def _gone(self, bet: Bet) -> list[str]:
        """Of notes that the bet cites and that may not be cited any more."""
        cited = [each for each in bet.evidence if each.kind is Kind.TALK]
        async with self._desk.database.read() as tx:
            states = await talks.states_of(tx, [each.id for each in cited])
        told = [rules.told_of_notes(each, states.get(each.id, ""), file=bet.file) for each in cited]
        return [each for each in told if each]

    async def _heard(self, evidence: Evidence, window: Window) -> Heard:
        match evidence.kind:
            case Kind.GAP:
                return await self._heard_of_gap(evidence.id, window)
            case Kind.FRICTION_THEME:
                return await self._heard_of_friction(evidence.id, window)
            case _:
                return await self._heard_of_pulse(evidence.id, window)

    async def _heard_of_gap(self, gap_id: str, window: Window) -> Heard:
        gap = await self._gaps.gap(gap_id)
        if gap is None:
            return Heard(is_known=False)
        members = (await self._gaps.members_of([gap_id])).get(gap_id, [])
        asked = [each for each in members if window.since <= each.asked_at < window.until]
        ended = f"the gap was closed on {self._desk.local_day(gap.closing.at)}" if gap.closing else ""
        return Heard(len(asked), len({each.asker for each in asked if each.asker}), ended=ended)

    async def _heard_of_friction(self, theme_id: str, window: Window) -> Heard:
        async with self._desk.database.read() as tx:
            theme = await friction_rows.theme(tx, theme_id)
            logged = await friction_rows.logged(tx, window.since, window.until)
        if theme is None:
            return Heard(is_known=False)
        mine = [Entry(each.person, each.stage) for each in logged if each.theme_id == theme_id]
        count = listening_figures.counted(mine, ())
        return Heard(count.n, count.people, ended="a change is live" if theme.shipped_at else "")

    async def _heard_of_pulse(self, theme_id: str, window: Window) -> Heard:
        async with self._desk.database.read() as tx:
            theme = await survey_results.theme(tx, theme_id)
            times = await rows.comments_since(tx, theme_id, window.since, window.until)
        if theme is None:
            return Heard(is_known=False)
        return Heard(times, ended="a change is live" if theme.shipped_at else "")

    async def _of_use(self, bet: Bet, window: Window) -> list[str]:
        """Who chose the bet's capability since, and how satisfied its users are."""
        found = self._desk.shelf.library.handbook.capability(bet.capability) if bet.capability else None
        if found is None:
            return []
        adopted = (await self._adoption.facts(window)).capabilities
        facts = next((each for each in adopted if each.id == found.id), None)
        return rules.told_of_use(found.title, _taken(facts) if facts else None, await self._satisfied(found, window))

    async def _satisfied(self, capability: Capability, window: Window) -> Sequence[Satisfied]:
        """Of each survey whose people are all users of the capability, the newest wave that closed."""
        actions = set(user_actions(capability, self._desk.shelf.library.handbook))
        newest: dict[str, WaveFacts] = {}
        for wave in (await self._surveys.facts(window)).waves:
            if _is_of(wave.survey, actions):
                newest.setdefault(wave.survey.id, wave)
        return [Satisfied(wave.survey.title, said) for wave in newest.values() for said in _said(wave)]


def _taken(facts: CapabilityFacts) -> Taken:
    is_pilot = facts.status is Status.PILOT
    trying = Share(facts.standings[State.PILOT], facts.eligible) if is_pilot else None
    return Taken(facts.new_by_choice, facts.voluntary, facts.is_measured, trying)


def _is_of(survey: Survey, actions: set[str]) -> bool:
    """Whether only people are asked who ran one of these actions."""
    after = survey.schedule.actions if isinstance(survey.schedule, After) else ()
    return any(named and actions.issuperset(named) for named in (survey.audience.ran, after))


def _said(wave: WaveFacts) -> list[str]:
    found: list[QuestionFacts] = [each for each in wave.questions if each.question.scale in SATISFACTION]
    return [in_words(each.everybody) if each.everybody else TOO_FEW for each in found[:1]]


def _theme(kind: Kind, id_: str, said: str) -> Evidence:
    return Evidence(kind, id_, said)


def _in_short(title: str, how: str) -> str:
    return f"{title} ({how} by several people: say it in their words once they agreed)"
