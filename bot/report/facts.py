"""All that a quarter's page is made from: what each pillar says of it, and of the quarter before. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.actions.figures import ActionFacts
from bot.adoption.totals import AdoptionFacts
from bot.curation.gap_rules import GapFacts
from bot.curation.health_rules import ArticleFacts
from bot.listening.figures import ListeningFacts
from bot.peers.figures import PeerFacts
from bot.report.quarter import Quarter
from bot.statistics import Share
from bot.surveys.result_rules import SurveyFacts
from knowledge.stories import Story


@dataclass(frozen=True)
class WeekShares:
    """Of the four weeks that end with this one; `voluntary` of each capability at its end."""

    label: str
    peer_first: Share
    unanswered: Share
    voluntary: Mapping[str, Share]


@dataclass(frozen=True)
class QuarterFacts:
    """`story_urls` are by a story's file. `repeats` is None where it is not measured.

    `arrived_at` is when the bot came, None if it never ran. `tickets_closed` is what somebody who asked for it gave.
    """

    quarter: Quarter
    made_at: datetime
    timezone: str
    arrived_at: datetime | None
    peers: PeerFacts
    peers_before: PeerFacts
    weeks: tuple[WeekShares, ...]
    adoption: AdoptionFacts
    adoption_before: AdoptionFacts
    surveys: SurveyFacts
    listening: ListeningFacts
    actions: ActionFacts
    gaps: GapFacts
    articles: ArticleFacts
    stories: tuple[Story, ...] = ()
    story_urls: Mapping[str, str] | None = None
    repeats: Share | None = None
    tickets_closed: int | None = None
