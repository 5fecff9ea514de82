"""Every number of "Adoption and the product mindset" on one company whose year was worked out by hand.

A row each, as the table in docs/metrics.md has them. Mentor itself as a capability: `test_own_uses`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from bot.actions.facts import ActionFactsService
from bot.actions.figures import ActionFacts
from bot.adoption.courses import State
from bot.adoption.facts import AdoptionFactsService
from bot.adoption.figures import CapabilityFacts
from bot.adoption.reasons import Reason
from bot.adoption.totals import AdoptionFacts
from bot.friction import Stage
from bot.listening.figures import ListeningFacts
from bot.listening.listing import ListeningFactsService
from bot.peers.facts import FactsService
from bot.signs.maker import SignsMaker
from bot.signs.rules import Sign
from bot.statistics import Share
from bot.storage import closures, controllers, follow_ups, friction
from bot.storage import contributions as contribution_rows
from bot.storage import requests as rows
from bot.storage.contributions import ContributionRow
from bot.storage.controllers import ReportRow
from bot.storage.engine import Database, Tx
from bot.storage.friction import Friction
from bot.storage.requests import RequestRow
from bot.storage.schema import contributions, friction_themes
from bot.surveys.results import SurveyFactsService
from knowledge.actions import Action, Mode
from knowledge.bets import Bet, Evidence, Kind, Status
from knowledge.flows import Flow, Step
from knowledge.loader import Handbook
from knowledge.repositories import Controller, LiveRepository, Reporter
from tests.adoption.company import HANDBOOK, WINDOW
from tests.adoption.desk import ACTION
from tests.adoption.test_adoption import everything
from tests.work.desk import Hands

RESTART: Action = replace(ACTION, id="restart", mode=Mode.DIRECT, capability="")
PLACE = LiveRepository(
    "live", "https://git.example.com/live", "main", (Controller(Reporter.ARGOCD, "a-app", "teams/a", team="a"),)
)
# Two open bets, one of them without evidence, and one that was dropped; of three steps of a flow two are by hand.
BET = Bet(
    "asked-for", "Buckets", date(2026, 10, 5), Status.OPEN, "Buckets are slow", evidence=(Evidence(Kind.GAP, "g1"),)
)
BETS = (BET, replace(BET, id="guessed", evidence=()), replace(BET, id="dropped", status=Status.DROPPED, evidence=()))
STEPS = (Step("Write it", Stage.CODE, False), Step("Ask", Stage.BUILD, True), Step("Wait", Stage.DEPLOY, True))
WHOLE: Handbook = replace(
    HANDBOOK,
    actions=(ACTION, RESTART),
    repositories=(PLACE,),
    bets=BETS,
    flows=(Flow("a", date(2026, 10, 5), STEPS),),
)
STARTED = datetime(2026, 11, 3, 10, tzinfo=UTC)
# Hours from asking to live; what else was started; what was pushed.
LIVE_HOURS = (1, 2, 3, 4, 20)
OTHERS = (("failed", "proposal"), ("unobserved", "proposal"), ("done", "direct"), ("failed", "break-glass"))


@dataclass(frozen=True)
class Company:
    adoption: AdoptionFacts
    actions: ActionFacts
    signs: dict[str, Sign]
    listening: ListeningFacts

    @property
    def buckets(self) -> CapabilityFacts:
        (found,) = self.adoption.capabilities
        return found


def request(number: int, state: str, mode: str, hours: float) -> RequestRow:
    asked, id_ = STARTED - timedelta(hours=1), f"r{number}"
    action = ACTION.id if mode == "proposal" else RESTART.id
    return RequestRow(
        id_, id_, "p", action, mode, "git", "", {}, {}, "r1", asked, state=state, started_at=STARTED,
        ended_at=asked + timedelta(hours=hours),
    )  # fmt: skip


def report(number: int, object_: str, at: datetime) -> ReportRow:
    return ReportRow(f"c{number}", "argocd", object_, "", "returned", "", at, at)


async def runs_and_reports(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        wanted = [("live", "proposal", hours) for hours in LIVE_HOURS] + [(*each, 9) for each in OTHERS]
        for number, (state, mode, hours) in enumerate(wanted):
            await rows.add(tx, request(number, state, mode, hours))
        assert await follow_ups.is_new_debt(tx, RESTART.id, now=STARTED)
        for number, object_ in enumerate(("a-app", "a-app", "nobodys")):
            assert await controllers.add(tx, report(number, object_, STARTED + timedelta(minutes=number)))
        assert await controllers.add(tx, report(9, "a-app", WINDOW.until))  # after the window
        await closures.ask(tx, "2026-Q4", now=STARTED)
        assert await closures.say(tx, "2026-Q4", is_goal=True)

    await database.write(unit)


async def merged_and_mended(database: Database) -> None:
    """In the window 3 changes from outside, 2 by the team, 1 by nobody knows whom; one before it. Two themes, one live
    after 12 days.
    """
    days = {"2026-10-25": [9, 9, 9], "2026-10-26": [2, 0, 1], "2026-11-22": [1, 2, 0]}
    row = ContributionRow("", "here", "abc", None, days, "", STARTED)
    opened = STARTED - timedelta(days=2)
    themes = [
        {"id": "t1", "title": "slow", "opened_at": opened, "state": "shipped", "url": "u", "linked_by": None,
         "shipped_at": opened + timedelta(days=12)},
        {"id": "t2", "title": "odd", "opened_at": opened, "state": "open", "url": "", "linked_by": None,
         "shipped_at": None},
    ]  # fmt: skip

    async def unit(tx: Tx) -> None:
        await tx.execute(insert(contributions).values(**vars(row)))
        assert await contribution_rows.rows(tx)
        await tx.execute(insert(friction_themes), themes)
        for id_, theme in (("m1", "t1"), ("m2", "t2")):
            said = Friction(id_, id_, id_, None, "build", False, "words", STARTED, capability="another", theme_id=theme)
            assert await friction.add(tx, said)

    await database.write(unit)


@pytest.fixture
async def company(database: Database) -> Company:
    await everything(database)
    await runs_and_reports(database)
    await merged_and_mended(database)
    hands = Hands()
    peers = FactsService(database, channels=lambda: WHOLE.channels, clock=hands.clock)
    adoption = AdoptionFactsService(
        database,
        handbook=lambda: WHOLE,
        places=lambda: {"": "here"},
        pulses=SurveyFactsService(database).facts,
        today=lambda: date(2026, 11, 23),
    )
    signs = await SignsMaker(database, peers, handbook=lambda: WHOLE, clock=hands.clock).signs(WINDOW.until)
    return Company(
        await adoption.facts(WINDOW),
        await ActionFactsService(database, handbook=lambda: WHOLE).facts(WINDOW),
        {each.id: each for each in signs},
        await ListeningFactsService(database).facts(WINDOW),
    )


TABLE: tuple[tuple[str, Callable[[Company], object], object], ...] = (
    ("voluntary adoption", lambda on: on.buckets.voluntary, Share(5, 10)),
    ("apart: without a choice", lambda on: on.buckets.standings[State.HAS_TO], 2),
    ("a dated mark", lambda on: [(each.day, each.is_jump) for each in on.buckets.changes], [(date(2026, 10, 5), True)]),
    ("retention", lambda on: on.buckets.retention, {4: Share(4, 9), 12: Share(1, 8)}),
    ("churn", lambda on: on.buckets.churn, Share(1, 3)),
    ("stickiness", lambda on: on.buckets.stickiness.value, 0.5),
    ("equivalent-evidence share", lambda on: on.adoption.equivalent_evidence, {"attestation": Share(1, 1)}),
    (
        "why not",
        lambda on: (on.buckets.why_not.given, on.buckets.why_not.n, on.buckets.why_not.asked),
        ({State.NOT_YET: {Reason.HARD: 1}, State.EQUIVALENT: {Reason.HAVE: 1}}, 2, 2),
    ),
    ("contribution-back rate", lambda on: on.adoption.contributions.outside, Share(3, 5)),
    ("contributions by nobody knows whom", lambda on: on.adoption.contributions.unknown, 1),
    ("peer pull", lambda on: on.buckets.pull, Share(1, 2)),
    ("push debt", lambda on: on.actions.pushed, Share(2, 9)),
    ("push debt without a proposal", lambda on: on.actions.debts, ("restart",)),
    ("time to converged", lambda on: on.actions.to_converged, (3 * 3600.0, 20 * 3600.0)),
    ("task success", lambda on: on.actions.success, Share(6, 8)),
    ("drift reverts", lambda on: dict(on.actions.reverts), {"a": 2, "": 1}),
    (
        "sign: assumptions",
        lambda on: on.signs["assumptions.bets"].said,
        "1 of 2 open bets, as the handbook stands now",
    ),
    (
        "sign: steps by hand",
        lambda on: on.signs["touch-points.steps"].said,
        "2 of 3 steps in 1 flow, as the handbook stands now",
    ),
    ("sign: pushes", lambda on: (on.signs["touch-points.pushes"].trend[-1].k, 9), (2, 9)),
    ("sign: break-glass", lambda on: on.signs["console.break-glass"].trend[-1].k, 1),
    ("sign: reverts", lambda on: on.signs["console.reverts"].trend[-1].k, 3),
    ("sign: closures", lambda on: on.signs["closures.goal"].said, "yes, said the team in 2026-Q4"),
    ("time to learn", lambda on: on.buckets.days_to_learn, 30),
    ("you said, we did", lambda on: (on.listening.kept_word, on.listening.days_to_change), (Share(1, 2), 12.0)),
)


async def test_every_number_of_the_table_is_as_worked_out_by_hand(company: Company) -> None:
    found = {name: of(company) for name, of, _ in TABLE}

    assert found == {name: expected for name, _, expected in TABLE}
