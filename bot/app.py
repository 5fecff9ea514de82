"""The composition root: the only place that builds things, and the map from each kind of work to who does it.

`running()` is the bot: it takes what Slack sends, works, ticks and serves its health pages until its block ends.
"""

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import time, timedelta
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.actions import drift
from bot.actions.device_codes import DeviceCodes
from bot.actions.direct import backend_for
from bot.actions.services import action_services
from bot.adoption import milestones, prompting, reminders
from bot.adoption.contributions import HANDBOOK, Place
from bot.adoption.services import adoption_services
from bot.answers import blocks
from bot.answers.duty import DutyService
from bot.answers.finding import FindService
from bot.answers.hints import HintService
from bot.answers.model_writer import ModelWriter
from bot.answers.reload import ReloadService
from bot.answers.service import AnswerService
from bot.answers.solved import SolvedService
from bot.answers.verdicts import VerdictService
from bot.answers.why import WhyService
from bot.answers.writer import QuotingWriter, Writer
from bot.audit import Audit, make_sure_of_key
from bot.calendar import Daily
from bot.config import Secret, Settings
from bot.curation import article_health, owners
from bot.curation.article_health import ArticleHealthService
from bot.curation.documented import AskerService, documented
from bot.curation.draft_maker import DraftMaker
from bot.curation.drafts import DraftService
from bot.curation.filing import FilingService
from bot.curation.gap_drafts import GapDrafts
from bot.curation.gap_facts import GapFactsService
from bot.curation.gap_sorting import GapSorting, Reading
from bot.curation.gaps import GapService
from bot.curation.offers import OfferService
from bot.curation.owners import OwnerService
from bot.curation.proposals import HandbookRepository, ProposalService
from bot.desk import Desk
from bot.digest import service as digest
from bot.digest.kept import Named, Waited
from bot.digest.maker import DigestMaker, Sources
from bot.digest.presses import PressService
from bot.digest.service import DigestService
from bot.digest.summing import Summing
from bot.discovery import reviewing
from bot.discovery.services import Pillars as ListenedTo
from bot.discovery.services import discovery_services
from bot.embeddings import Embedder, embedder_of, words_alone
from bot.embeddings.service import EmbeddingService
from bot.gauges import Gauges, OwnGauges
from bot.git.hosts import LiveHosts, flows_of, history_for, host_for, live_history
from bot.handbook import HandbookSource, InRepository, read_place
from bot.handover.blocks import Part
from bot.handover.questions import OpenQuestions
from bot.handover.service import HandoverService
from bot.home.prompts import PromptService
from bot.home.service import HomeService
from bot.lateness import Lateness
from bot.library import Library, Shelf, catalogued
from bot.listening.services import listening_services
from bot.model import Window, Workspace
from bot.model_client import Budget, ModelClient
from bot.notices.services import news_services
from bot.onboarding.services import Neighbours, onboarding_services
from bot.outbox import Outbox
from bot.peers.catch_up import CatchUp
from bot.peers.community_facts import CommunityService
from bot.peers.facts import FactsService
from bot.peers.gauges import CommunityGauges
from bot.peers.health import HealthService
from bot.peers.kinds import KindService
from bot.peers.marks import MarkService
from bot.peers.notices import NoticeService
from bot.peers.own_teams import OwnTeams
from bot.peers.service import PeerService
from bot.peers.team import TeamService
from bot.peers.topics import TopicService
from bot.peers.wording import question_kind
from bot.people import PeopleService
from bot.privacy.service import PrivacyService
from bot.privacy.settings import SettingsService
from bot.replays import Replays
from bot.report.maker import Pillars, ReportMaker
from bot.report.service import ReportService
from bot.signs import service as signs
from bot.signs.maker import SignsMaker
from bot.signs.service import SignsService
from bot.slack import Slack, web_client
from bot.storage import migrate
from bot.storage.engine import Database
from bot.surveys import status as survey_status
from bot.surveys import waves
from bot.surveys.services import survey_services
from bot.talks.services import talk_services
from bot.timetable import Planned, Timetable
from bot.upkeep import Upkeep
from bot.work import (
    AnswerMarked,
    Asking,
    Began,
    Bringing,
    CardWords,
    Choice,
    ClosingWave,
    Converged,
    Decision,
    Documented,
    Due,
    FileSettled,
    FileWanted,
    HandingIn,
    Heard,
    IncidentOver,
    IncidentSaid,
    Inviting,
    Job,
    Joined,
    Judging,
    Kind,
    KindSaid,
    Linking,
    Logging,
    NotesWritten,
    NotProposed,
    Opened,
    Press,
    Proposing,
    RequestDecision,
    Requested,
    Saving,
    Shipped,
    Solved,
    StepWanted,
    StoryTold,
    StoryWanted,
    SurveyEvent,
    TakenBack,
    TalkTurn,
    TalkWanted,
    TeamAsked,
    TeamDrift,
    TeamNotice,
    Workers,
)
from handlers import Services, health, http, register, verbs, webhooks
from handlers.acknowledged import Acknowledged
from handlers.messages import request_in
from handlers.socket_mode import SocketMode
from knowledge.channels import Channels

log = structlog.get_logger(__name__)

Tell = Callable[[Any], Awaitable[object]]

NIGHT = time(2, 30)  # by the handbook's wall: everything is read anew, back to the beginning
DAWN = time(4, 30)  # by then the night's reading is done: askings are sorted into gaps
NIGHT_WORTH = timedelta(hours=3)  # later a start has read everything anew, or it can wait for the next night
DAY = timedelta(days=1)
TICK_S = 10.0  # for a tick under way at a stop
READY_S = 2.0  # for the database to answer whoever asks whether we are ready


def new_id() -> str:
    """Opaque and random: nothing can be read from it."""
    return uuid.uuid4().hex


def new_key() -> str:
    """Chance that nobody foresees: a seed, or a key under which something is found only by whoever has it."""
    return secrets.token_hex(32)


class Mentor:
    """Everything that is built once; `running` starts and stops it."""

    def __init__(
        self, settings: Settings, source: HandbookSource, library: Library, workspace: Workspace, slack: Slack
    ) -> None:
        self.settings = settings
        self.workspace = workspace
        clock = self.clock = settings.clock
        self.database = Database(settings.database_url)
        self.shelf = Shelf(library)
        self.outbox = Outbox(self.database, slack, clock=clock, new_id=new_id)
        key = make_sure_of_key(settings.audit_key, settings.data_folder)
        self.audit = Audit(key, clock=clock)
        bell = asyncio.Event()
        wake = bell.set
        desk = self.desk = Desk(self.database, self.outbox, slack, self.shelf, workspace, clock, new_id, wake)
        people = PeopleService(desk)
        self.duty = DutyService(desk, people)
        self.budget = Budget(self.database, settings, clock=clock)
        self.model = ModelClient(settings, self.budget.spend, clock=clock) if settings.llm_model else None
        self.embeddings = self._embeddings(embedder_of(settings))
        vector_of = self.embeddings.vector_of if self.embeddings else words_alone
        teams = OwnTeams(desk, people).now
        self.facts = FactsService(self.database, channels=self._channels, clock=clock, teams=teams)
        self.community = CommunityService(self.database, channels=self._channels, clock=clock, teams=teams)
        self.topics = TopicService(
            self.database, index=lambda: self.shelf.library.index, channels=self._channels, clock=clock
        )
        self.solved = SolvedService(desk, people, self.facts.solved)
        self.news = news_services(
            desk,
            people,
            can_propose=_repository(settings) is not None,
            history_of=partial(live_history, settings=settings),
        )
        self.answers = AnswerService(desk, people, self._writer(), self.solved, vector_of, self.news.board)
        self.find = FindService(desk, people, self.solved)
        self.hints = HintService(desk, people, vector_of, self.news.board)
        self.why = WhyService(desk, people)
        self.reload = ReloadService(desk, source)
        self.verdicts = VerdictService(desk, people, self.duty, self.solved)
        self.kinds = KindService(desk, people)
        self.marks = MarkService(desk, people)
        self.peers = PeerService(
            self.database,
            channels=self._channels,
            workspace=workspace,
            clock=clock,
            new_id=new_id,
            wake=wake,
        )
        self.health = HealthService(desk, people, self.facts)
        self.team = TeamService(
            self.database,
            handbook=lambda: self.shelf.library.handbook,
            group_members=slack.group_members,
            clock=clock,
            new_id=new_id,
        )
        self.notices = NoticeService(
            self.database,
            self.outbox,
            channels=self._channels,
            clock=clock,
            wake=wake,
            command=settings.command,
        )
        self.actions = action_services(
            desk,
            people,
            self.audit,
            host_of=LiveHosts(settings).of,
            backend_of=lambda backend: backend_for(backend, settings, clock),
            flows=lambda: flows_of(self.shelf.library.handbook.repositories, settings),
            codes=DeviceCodes(key),
            command=settings.command,
            bot_name=settings.name,
        )
        self.catch_up = CatchUp(
            self.database,
            slack,
            self.peers,
            channels=self._channels,
            workspace=workspace,
            clock=clock,
            new_id=new_id,
            request_in=partial(request_in, is_action=self.actions.catalogue.is_meant),
            announce=self.notices.announce,
        )
        self.replays = Replays(self.database, clock=clock)
        gap_facts = GapFactsService(self.database, channels=self._channels)
        self.surveys = survey_services(desk, people, model=self.model, new_key=new_key)
        reading = Reading(self.facts.unanswered, question_kind)
        self.prompts = PromptService(desk)
        self.handover = HandoverService(desk, people, [OpenQuestions(desk, self.facts).part, self._open_requests])
        self.proposals = ProposalService(desk, _repository(settings))
        self.filing = FilingService(desk, self.proposals)
        can_propose = self.proposals.repository is not None
        self.listening = listening_services(desk, people, can_propose=can_propose)
        draft_maker = DraftMaker(desk, people, can_propose=can_propose, model=self.model)
        self.drafts = DraftService(desk, draft_maker, self.proposals)
        self.offers = OfferService(desk, draft_maker)
        self.article_health = ArticleHealthService(desk)
        self.owners = OwnerService(desk, people, self.article_health, self.proposals)
        sorting = GapSorting(self.database, reading, clock=clock)
        gap_drafts = GapDrafts(desk, people, gap_facts, self.proposals)
        askers = AskerService(desk, self.facts.waiting)
        self.gaps = GapService(desk, people, gap_facts, sorting, drafts=gap_drafts, askers=askers)
        self.adoption = adoption_services(
            desk,
            people,
            self.audit,
            command=settings.command,
            handbook_place=handbook_place(settings),
            history_of=partial(live_history, settings=settings),
            pulses=self.surveys.facts.facts,
        )
        self.talks = talk_services(desk, people, new_key=new_key)
        pillars = Pillars(
            self.facts,
            self.adoption.facts,
            self.surveys.facts,
            self.listening.facts,
            self.actions.facts,
            gap_facts,
        )
        report_maker = ReportMaker(self.database, pillars, handbook=lambda: self.shelf.library.handbook, clock=clock)
        self.report = ReportService(desk, people, report_maker)
        signs = SignsMaker(self.database, self.facts, handbook=lambda: self.shelf.library.handbook, clock=clock)
        self.signs = SignsService(desk, people, signs)
        listened_to = ListenedTo(gap_facts, self.listening.facts, self.surveys.facts, self.adoption.facts)
        self.discovery = discovery_services(desk, people, listened_to, self.proposals.repository)
        maker = self._digest_maker(gap_facts, signs, slack)
        self.digest = DigestService(desk, people, maker, Summing(self.model), new_key=new_key)
        self.digest_presses = PressService(desk, people, maker)
        self.onboarding = onboarding_services(
            desk,
            people,
            Neighbours(self.actions.catalogue, self.proposals, self.duty),
            can_link=lambda: bool(flows_of(self.shelf.library.handbook.repositories, settings)),
            command=settings.command,
        )
        parts = (
            self.actions.figures,
            self.adoption.figures,
            self.gaps,
            self.owners,
            self.surveys.results,
            self.listening.listing,
            self.discovery.ways,
            self.signs,
        )
        team_parts = tuple(each.home_part for each in parts)
        self.home = HomeService(
            desk,
            self.facts,
            welcome=self.onboarding.newcomers.home_part,
            parts=(
                self.actions.listing.home_part,
                self.actions.catalogue.home_part,
                self.adoption.speaking.home_part,
            ),
            team_parts=team_parts,
            command=settings.command,
        )
        self.timetable = Timetable(self.database, self._planned(), clock=clock, wake=wake)
        self.privacy = PrivacyService(
            self.database, slack, channels=self._channels, clock=clock, new_id=new_id, audit=self.audit
        )
        self.own_data = SettingsService(
            self.privacy, self.database, self.outbox, slack, clock=clock, new_id=new_id, wake=wake
        )
        self.upkeep = self._upkeep()
        self.gauges = Gauges(
            self.database,
            handbook=lambda: self.shelf.library.handbook,
            others=[
                partial(survey_status.gauges, self.database),
                CommunityGauges(self.facts, clock=clock).read,
            ],
            clock=clock,
        )
        self.lateness = Lateness(clock=clock)
        self.own_gauges = OwnGauges(
            handbook=lambda: self.shelf.library.handbook,
            silent_s=self.slack_silent_s,
            late=self.lateness.late_s,
            trouble=lambda: source.trouble,
            model_outcomes=self.model.outcomes if self.model else {},
        )
        self.acknowledged = Acknowledged()
        self.workers = Workers(self.database, self._jobs(), clock=clock, new_id=new_id, bell=bell)
        self.bolt = self._bolt()
        self.socket = self._socket() if settings.uses_socket_mode else None
        self.ticks = AsyncIOScheduler()
        self.http_port = 0  # known once it listens: settings may leave the choice to the machine
        self._ticking: set[asyncio.Task[None]] = set()

    def _writer(self) -> Writer:
        return QuotingWriter() if self.model is None else ModelWriter(self.model, QuotingWriter())

    def _digest_maker(self, gap_facts: GapFactsService, signs: SignsMaker, slack: Slack) -> DigestMaker:
        async def waited(_window: Window) -> Sequence[Waited]:
            found = self.discovery.ways.facts()
            return [Waited(each.stage.value, each.least_s, each.most_s, each.teams) for each in found.waits]

        async def coming(window: Window) -> Sequence[Named]:
            found = await self.news.board.coming(window)
            return [Named(f"{each.title} ({each.when})" if each.when else each.title, each.url) for each in found]

        sources = Sources(
            peers=self.facts,
            gaps=gap_facts,
            surveys=self.surveys.facts.facts,
            listening=self.listening.facts.facts,
            adoption=self.adoption.facts.facts,
            actions=self.actions.facts.facts,
            documented=lambda window: documented(self.database, self.shelf.library.handbook, window),
            articles=self.article_health.facts,
            coming=coming,
            waits=waited,
            signs=signs.shown,
        )
        return DigestMaker(self.database, sources, channels=self._channels, clock=self.clock, permalink=slack.permalink)

    def _embeddings(self, embedder: Embedder | None) -> EmbeddingService | None:
        return EmbeddingService(self.database, self.shelf, embedder, clock=self.clock) if embedder else None

    async def _open_requests(self) -> Part:
        return Part("Requests", tuple(await self.actions.listing.open_lines()))

    def _upkeep(self) -> Upkeep:
        others = [
            self.replays.forget_old,
            self.budget.forget_old,
            self.privacy.forget_requests_of_nobody,
            self.peers.forget_words,
            self.answers.forget_words,
            self.notices.announce_changes,
            self.actions.controllers.forget_old,
            self.adoption.uses.forget_old,
            self.listening.friction.forget_old,
            self.listening.stories.forget_old,
            self.listening.thanks.forget_old,
            self.talks.notes.forget_old,
            self.digest.forget_old,
            *([self.embeddings.forget_old] if self.embeddings else []),
        ]
        return Upkeep(self.database, others=others, clock=self.clock)

    def _channels(self) -> Channels:
        return self.shelf.library.handbook.channels

    def _jobs(self) -> Mapping[str, Job]:
        """Each kind of work, who does it, and who tells the person when it was given up."""
        shown = blocks.help_text(
            [(f"{verb.name} {verb.usage}".strip(), verb.summary) for verb in verbs.VERBS],
            command=self.settings.command,
            name=self.settings.name,
        )
        asked = partial(_job, Asking, given_up=self.answers.given_up)
        return {
            Kind.ANSWER: asked(self.answers.answer),
            Kind.HELP: asked(partial(self.answers.help, shown=shown)),
            Kind.HAND_OVER: asked(self.duty.hand_over),
            Kind.URGENT: asked(self.duty.call),
            Kind.FIND: asked(self.find.find),
            Kind.ACTIONS: asked(self.actions.catalogue.list),
            Kind.REQUESTS: asked(self.actions.listing.show),
            Kind.LINK: asked(self.actions.linking.show),
            Kind.LINK_PRESS: _job(Decision, self.actions.linking.press, self.actions.linking.press_given_up),
            Kind.LINKING: _job(Linking, self.actions.linking.look, self.actions.linking.look_given_up),
            Kind.WHY: asked(self.why.explain),
            Kind.HEALTH: asked(self.health.tell),
            Kind.SHOW_DIGEST: asked(self.digest.show),
            Kind.DIGEST_PRESS: _job(Decision, self.digest_presses.decide, self.digest_presses.given_up),
            Kind.DIGEST_AGAIN: _job(Due, self.digest.again),
            Kind.GAPS: asked(self.gaps.show),
            Kind.HANDOVER: asked(self.handover.show),
            Kind.RESULTS: asked(self.surveys.results.show),
            Kind.REPORT: asked(self.report.show),
            Kind.ASK_CLOSURES: _job(Due, self.signs.ask),
            Kind.SAY_CLOSURES: _job(Decision, self.signs.say),
            Kind.DECIDE_THEME: _job(Decision, self.surveys.changes.decide, self.surveys.changes.given_up),
            Kind.SHIPPED: _job(Shipped, self.surveys.news.tell),
            Kind.TALK: _job(TalkWanted, self.surveys.talks.tell, self.surveys.talks.given_up),
            Kind.OPEN_WAVES: _job(Due, self.surveys.waves.open_due),
            Kind.SURVEY_EVENT: _job(SurveyEvent, self.surveys.waves.take_event),
            Kind.INVITE: _job(Inviting, self.surveys.asking.invite, self.surveys.asking.given_up),
            Kind.REMIND: _job(Inviting, self.surveys.asking.remind),
            Kind.CLOSE_WAVE: _job(ClosingWave, self.surveys.closing.close, self.surveys.closing.given_up),
            Kind.POLICIES: asked(self.adoption.policies.show),
            Kind.HAND_IN: _job(HandingIn, self.adoption.handing_in.hand_in, self.adoption.handing_in.given_up),
            Kind.JUDGE_EVIDENCE: _job(Judging, self.adoption.judging.judge, self.adoption.judging.given_up),
            Kind.REMIND_EVIDENCE: _job(Due, self.adoption.reminders.remind),
            Kind.CONVERGED: _job(Converged, self.adoption.converged),
            Kind.CONTRIBUTIONS: _job(Due, self.adoption.contributions.read),
            Kind.SHOW_CARDS: _job(Due, self.adoption.milestones.show),
            Kind.DECIDE_CARD: _job(Decision, self.adoption.milestones.decide, self.adoption.milestones.given_up),
            Kind.SAY_CARD: _job(CardWords, self.adoption.milestones.say),
            Kind.SAY_FOR_TEAM: _job(Decision, self.adoption.speaking.say, self.adoption.speaking.given_up),
            Kind.ASK_PULL: _job(TeamAsked, self.adoption.prompting.ask_pull),
            Kind.ASK_WHY_NOTS: _job(Due, self.adoption.prompting.ask_why_nots),
            Kind.ASK_WHY_NOT: _job(TeamAsked, self.adoption.prompting.ask_why_not),
            Kind.FRICTION: asked(self.listening.friction.asked),
            Kind.LOG_FRICTION: _job(Logging, self.listening.friction.log, self.listening.friction.given_up),
            Kind.DECIDE_FRICTION: _job(Decision, self.listening.friction.decide, self.listening.friction.given_up),
            Kind.SORT_FRICTION: _job(Due, self.listening.sorting.sort),
            Kind.DECIDE_FRICTION_THEME: _job(Decision, self.listening.changes.decide, self.listening.changes.given_up),
            Kind.STORY: asked(self.listening.stories.asked),
            Kind.TELL_STORY: _job(StoryTold, self.listening.stories.tell, self.listening.stories.given_up),
            Kind.DECIDE_STORY: _job(Decision, self.listening.stories.decide, self.listening.stories.given_up),
            Kind.PROPOSE_FILE: _job(FileWanted, self.filing.propose, self.filing.given_up),
            Kind.ASK_STORY: _job(StoryWanted, self.listening.story_asking.ask),
            Kind.STORY_SETTLED: _job(FileSettled, self.listening.stories.settled),
            Kind.THANKS: asked(self.listening.thanks.asked),
            Kind.DECIDE_THANKS: _job(Decision, self.listening.thanks.decide, self.listening.thanks.given_up),
            Kind.GATHER_THANKS: _job(Due, self.listening.thanks.gather),
            Kind.BRING_THANKS: _job(Bringing, self.listening.thanks.bring),
            Kind.DRAFT_BET: _job(Decision, self.discovery.drafting.draft, self.discovery.drafting.given_up),
            Kind.LOOK_AGAIN: _job(Due, self.discovery.reviews.look),
            Kind.DECIDE_BET: _job(Decision, self.discovery.reviews.decide, self.discovery.reviews.given_up),
            Kind.BET_SETTLED: _job(FileSettled, self.discovery.reviews.settled),
            Kind.FLOWS: asked(self.discovery.ways.asked),
            Kind.SHOW_FLOW: _job(Decision, self.discovery.ways.show, self.discovery.ways.given_up),
            **self._news_jobs(),
            Kind.START: asked(self.onboarding.start.asked),
            Kind.PROPOSE_STEP: _job(StepWanted, self.onboarding.start.propose, self.onboarding.start.given_up),
            Kind.TALKS: asked(self.talks.drawing.asked),
            Kind.DECIDE_TALK: _job(Decision, self.talks.inviting.decide, self.talks.inviting.given_up),
            Kind.INVITE_TALK: _job(TalkTurn, self.talks.inviting.invite, self.talks.inviting.skip),
            Kind.SHOW_NOTES: _job(NotesWritten, self.talks.notes.show, self.talks.notes.given_up),
            Kind.EDIT_NOTES: _job(NotesWritten, self.talks.notes.edit, self.talks.notes.given_up),
            Kind.DECIDE_NOTES: _job(Decision, self.talks.notes.decide, self.talks.notes.given_up),
            Kind.SETTINGS: asked(self.own_data.show),
            Kind.HINT: _job(Asking, self.hints.hint),
            Kind.VERDICT: _job(Press, self.verdicts.record, self.verdicts.given_up),
            Kind.TAKEN_BACK: _job(TakenBack, self.answers.take_back),
            Kind.SAY_KIND: _job(KindSaid, self.kinds.correct, self.kinds.given_up),
            Kind.MARK_ANSWER: _job(AnswerMarked, self.marks.mark, self.marks.given_up),
            Kind.READ_AGAIN: _job(Due, lambda _: self.catch_up.all_due(is_whole=True)),
            Kind.JOINED: _job(Joined, lambda joined: self.notices.announce(joined.channel_id)),
            Kind.SORT_GAPS: _job(Due, self.gaps.sort),
            Kind.DECIDE_GAP: _job(Decision, self.gaps.decide, self.gaps.given_up),
            Kind.SAVE: _job(Saving, self.drafts.save, self.drafts.given_up),
            Kind.DECIDE_DRAFT: _job(Decision, self.drafts.decide, self.drafts.given_up),
            Kind.SOLVED: _job(Solved, self.offers.offer),
            Kind.PROPOSE: _job(Proposing, self.proposals.propose, self.proposals.given_up),
            Kind.DOCUMENTED: _job(Documented, self.gaps.close_documented),
            Kind.NOT_PROPOSED: _job(NotProposed, self.owners.ask_again),
            Kind.CHECK_LINKS: _job(Due, self.article_health.check_links),
            Kind.ASK_OWNERS: _job(Due, self.owners.ask),
            Kind.DECIDE_ARTICLE: _job(Decision, self.owners.decide, self.owners.given_up),
            Kind.PREPARE: _job(Requested, self.actions.requests.prepare, self.actions.requests.given_up),
            Kind.DECIDE_REQUEST: _job(RequestDecision, self.actions.decisions.decide, self.actions.decisions.given_up),
            Kind.COUNT: _job(Requested, self.actions.decisions.count, self.actions.decisions.count_later),
            Kind.EXECUTE: _job(Requested, self.actions.execution.execute, self.actions.execution.given_up),
            Kind.EXPIRE: _job(Requested, self.actions.requests.expire),
            Kind.HEARD: _job(Heard, self.actions.following.heard),
            Kind.TELL_DRIFT: _job(Due, self.actions.drift.tell),
            Kind.TELL_TEAM_DRIFT: _job(TeamDrift, self.actions.drift.tell_team),
            Kind.DIGEST: _job(Due, self.digest.post, self.digest.missed),
            Kind.ON_DUTY: _job(Began, self.handover.tell),
            Kind.HOME: _job(Opened, self.home.publish),
            Kind.SUGGEST: _job(Opened, self.prompts.suggest),
            Kind.AUDIT_HEAD: _job(Due, lambda _: self.audit.log_head(self.database)),
            Kind.CHOICE: _job(Choice, self.own_data.choose, self.own_data.given_up),
            Kind.ERASE: _job(Choice, self.own_data.erase, self.own_data.given_up),
        }

    def _news_jobs(self) -> Mapping[str, Job]:
        asked, told = partial(_job, Asking, given_up=self.answers.given_up), self.news
        return {
            Kind.NEWS: asked(told.news.show),
            Kind.DECIDE_NOTICE: _job(Decision, told.news.decide, told.news.given_up),
            Kind.BRING_NOTICE: _job(TeamNotice, told.telling.bring),
            Kind.INCIDENT: asked(told.incidents.asked),
            Kind.OPEN_INCIDENT: _job(IncidentSaid, told.incidents.open, told.incidents.given_up),
            Kind.UPDATE_INCIDENT: _job(IncidentSaid, told.incidents.update, told.incidents.given_up),
            Kind.END_INCIDENT: _job(Decision, told.incidents.end, told.incidents.given_up),
            Kind.INCIDENT_OVER: _job(IncidentOver, told.over.tell),
            Kind.KEEP_INCIDENT: _job(IncidentOver, told.over.keep),
            Kind.NOTICE_SETTLED: _job(FileSettled, told.over.settled),
        }

    def _planned(self) -> Sequence[Planned]:
        def at_night() -> Daily:
            return Daily(NIGHT, self.shelf.library.handbook.channels.timezone)

        def at_dawn() -> Daily:
            return Daily(DAWN, self.shelf.library.handbook.channels.timezone)

        return (
            Planned(Kind.DIGEST, self.digest.schedule, digest.WORTH, self.digest.missed),
            Planned(Kind.READ_AGAIN, at_night, NIGHT_WORTH),
            Planned(Kind.SORT_GAPS, at_dawn, NIGHT_WORTH),
            Planned(Kind.AUDIT_HEAD, at_dawn, DAY),
            Planned(Kind.CHECK_LINKS, self.article_health.schedule, article_health.WORTH),
            Planned(Kind.TELL_DRIFT, self.actions.drift.schedule, drift.WORTH),
            Planned(Kind.ASK_OWNERS, self.owners.schedule, owners.WORTH),
            Planned(Kind.REMIND_EVIDENCE, self.adoption.reminders.schedule, reminders.WORTH),
            Planned(Kind.SHOW_CARDS, self.adoption.milestones.schedule, milestones.WORTH),
            Planned(Kind.ASK_WHY_NOTS, self.adoption.prompting.schedule, prompting.WORTH),
            Planned(Kind.CONTRIBUTIONS, self.adoption.contributions.schedule, DAY),
            Planned(Kind.SORT_FRICTION, self.listening.sorting.schedule, NIGHT_WORTH),
            Planned(Kind.GATHER_THANKS, self.listening.thanks.schedule, DAY),
            Planned(Kind.ASK_CLOSURES, self.signs.schedule, signs.WORTH),
            Planned(Kind.LOOK_AGAIN, self.discovery.reviews.schedule, reviewing.WORTH),
            Planned(Kind.OPEN_WAVES, self.surveys.waves.schedule, waves.WORTH),
        )

    def _bolt(self) -> AsyncApp:
        """Bolt answers an event only after our listener has: else Slack would never send again what we lost."""
        workspace, settings = self.workspace, self.settings

        async def authorize(**_: object) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=workspace.enterprise_id,
                team_id=workspace.team_id,
                bot_user_id=workspace.bot_user_id,
                bot_id=workspace.bot_id,
                bot_token=settings.slack_bot_token.value,
            )

        app = AsyncApp(
            name="mentor",  # else Bolt reads the source of every frame on the stack to find one, for 50 ms and more
            authorize=authorize,
            signing_secret=settings.slack_signing_secret.value,
            client=web_client(Secret(""), settings.slack_api_url),  # the token comes with each authorization
            process_before_response=True,
            request_verification_enabled=settings.slack_signing_secret.value != "" or not settings.uses_socket_mode,
        )
        services = Services(
            answers=self.answers,
            verdicts=self.verdicts,
            peers=self.peers,
            kinds=self.kinds,
            marks=self.marks,
            gaps=self.gaps,
            home=self.home,
            prompts=self.prompts,
            notices=self.notices,
            settings=self.own_data,
            drafts=self.drafts,
            owners=self.owners,
            handing_in=self.adoption.handing_in,
            judging=self.adoption.judging,
            milestones=self.adoption.milestones,
            speaking=self.adoption.speaking,
            catalogue=self.actions.catalogue,
            forms=self.actions.forms,
            requests=self.actions.requests,
            decisions=self.actions.decisions,
            answering=self.surveys.answering,
            refusals=self.surveys.refusals,
            changes=self.surveys.changes,
            talks=self.surveys.talks,
            linking=self.actions.linking,
            friction=self.listening.friction,
            stories=self.listening.stories,
            thanks=self.listening.thanks,
            signs=self.signs,
            friction_changes=self.listening.changes,
            digest_presses=self.digest_presses,
            drafting=self.discovery.drafting,
            bet_reviews=self.discovery.reviews,
            ways=self.discovery.ways,
            news=self.news.news,
            incidents=self.news.incidents,
            inviting=self.talks.inviting,
            notes=self.talks.notes,
            start=self.onboarding.start,
        )
        register(app, services, command=settings.command, workspace=workspace)
        return app

    def _socket(self) -> SocketMode:
        token = self.settings.slack_app_token
        client = web_client(token, self.settings.slack_api_url)
        return SocketMode(
            self.bolt,
            token.value,
            web_client=client,
            clock=self.clock,
            on_reconnect=self.catch_up.look_again,
            acknowledged=self.acknowledged,
        )

    async def read_handbook(self) -> None:
        """Takes a changed handbook into use, with who is in the team and what is kept of each channel."""
        before = self.shelf.library.handbook.revision
        await self.reload.handbook()
        if self.shelf.library.handbook.revision != before:
            await self.team.take_handbook(self.shelf.library.handbook)
            await self.team.observe_group()
            await self.handover.observe()
            await self.adoption.marks.observe()
            await self.upkeep.forget_old()

    async def keep_up(self) -> None:
        """What became of questions, and what they are about, is written down before anybody asks for figures."""
        await self.facts.keep_up()
        await self.topics.sort()

    async def is_database_there(self) -> str:
        try:
            async with asyncio.timeout(READY_S * self.clock.patience):
                await migrate.check_current(self.database)
        except Exception as error:  # whatever it is, the bot is not ready
            return f"the database does not answer: {type(error).__name__}"
        return ""

    async def is_slack_there(self) -> str:
        if self.socket is None:
            return ""
        return await self.socket.what_is_wrong()

    async def slack_silent_s(self) -> float:
        return await self.socket.silent_s() if self.socket else 0.0

    def web(self) -> web.Application:
        application = web.Application(client_max_size=http.LARGEST)
        checks = {"database": self.is_database_there, "slack": self.is_slack_there}
        metrics = health.Metrics(
            checks, kept=self.gauges.read, own=self.own_gauges.read, acknowledged=self.acknowledged.registry
        )
        health.add_routes(application, checks=checks, metrics=metrics)
        hooks = self.settings.hooks
        webhooks.add_routes(
            application,
            self.actions.controllers.take_report,
            argocd_token=hooks.argocd_token,
            flux_hmac_key=hooks.flux_hmac_key,
        )
        webhooks.add_use_route(application, self.adoption.uses.take_event, key=hooks.use_hmac_key)
        if self.socket is None:
            secret = self.settings.slack_signing_secret.value
            http.add_routes(
                application,
                self.bolt,
                signing_secret=secret,
                replays=self.replays,
                patience=self.clock.patience,
                acknowledged=self.acknowledged,
            )
        return application

    def start_ticks(self) -> None:
        """The scheduler only ticks; what is due is decided elsewhere. Late or doubled ticks do no harm."""
        every = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        ticks: dict[str, tuple[Callable[[], Awaitable[None]], float]] = {
            "handbook": (self.read_handbook, 60),
            "timetable": (self.timetable.tick, 30),
            "team": (self.team.observe_group, 3600),
            "duty": (self.handover.observe, 300),
            "proposals": (self.proposals.follow, 180),
            "requests": (self.actions.following.follow, 60),
            "choices": (self.actions.choices.refresh, 60),
            "groups": (self.actions.memberships.refresh, 240),
            "solved threads": (self.solved.refresh, 300),
            "cases": (self.keep_up, 60),
            "linked changes": (self.surveys.changes.look, 300),
            "linked changes of friction": (self.listening.changes.look, 300),
            "notices": (self.news.look, 300),
            "forget": (self.upkeep.forget_old, 6 * 3600),
        }
        if self.embeddings is not None:
            ticks["embeddings"] = (self.embeddings.join, 30)
        for name, (job, seconds) in ticks.items():
            wall_s = self.clock.wall_seconds(seconds)
            self.lateness.expect(name, timedelta(seconds=seconds))
            self.ticks.add_job(self._tick, "interval", args=[name, job], id=name, seconds=wall_s, **every)
        for name in ("choices", "groups"):  # now too: nobody who asks waits for these
            self.ticks.add_job(self._tick, args=[name, ticks[name][0]], misfire_grace_time=None)
        self.ticks.start()

    async def _tick(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.ensure_future(job())
        self._ticking.add(task)
        task.add_done_callback(self._ticking.discard)
        await task
        self.lateness.note(name)

    async def stop_ticks(self) -> None:
        """No further tick; one that is under way ends first, so that nothing is left on a closed database."""
        self.ticks.pause()
        if self._ticking:
            await asyncio.wait(self._ticking, timeout=TICK_S)
        self.ticks.shutdown(wait=False)


def _repository(settings: Settings) -> HandbookRepository | None:
    """The handbook's, to propose changes to; None where it is a folder."""
    where = read_place(settings.handbook)
    if not isinstance(where, InRepository):
        return None
    return HandbookRepository(host_for(where.address, settings, branch=where.branch), where.subfolder)


def handbook_place(settings: Settings) -> Place | None:
    """Where the handbook's history is read; None where it is a folder."""
    where = read_place(settings.handbook)
    if not isinstance(where, InRepository):
        return None
    history = partial(history_for, where.address, settings)
    return Place(HANDBOOK, where.address.url, where.branch, where.subfolder, history)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Mentor]:
    """The bot at work. On leaving, what is in hand is finished and everything is closed.

    Raises HandbookBroken, GitFailed, SlackError or a storage error when it cannot start.
    """
    async with AsyncExitStack() as stack:
        source = HandbookSource(
            settings.handbook, workspace=settings.data_folder / "handbook", environment=settings.environment
        )
        outcome = await source.refresh()
        slack = Slack(settings.slack_bot_token, api_url=settings.slack_api_url, clock=settings.clock)
        await slack.open()
        stack.push_async_callback(slack.close)
        if settings.database_url.startswith("postgresql") and not settings.audit_key:
            log.warning("audit.key_is_a_file", fix="set MENTOR_AUDIT_KEY, the same for every replica")
        mentor = Mentor(settings, source, await catalogued(source.current), await slack.who_am_i(), slack)
        stack.push_async_callback(mentor.database.close)
        if mentor.model is not None:
            stack.push_async_callback(mentor.model.close)
            await mentor.model.open()
        await migrate.upgrade(mentor.database)
        await mentor.audit.log_head(mentor.database)
        await mentor.upkeep.forget_old()  # here too, for a bot that is restarted often
        await mentor.reload.take(outcome)  # a broken revision may have come while nobody looked
        await mentor.team.take_handbook(source.current)
        await mentor.team.observe_group()
        await mentor.handover.observe()
        await mentor.adoption.marks.observe()
        for loop in (mentor.outbox.run(), mentor.workers.run()):  # workers stop first: what they put in is still sent
            stack.push_async_callback(_ended, asyncio.create_task(loop))
        mentor.start_ticks()
        stack.push_async_callback(mentor.stop_ticks)
        if mentor.embeddings is not None:
            stack.push_async_callback(mentor.embeddings.close)  # before the ticks, which would wait for it
        # what was signed are the bytes as they came, so nothing is unpacked first
        runner = web.AppRunner(mentor.web(), access_log=None, auto_decompress=False)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.http_host, settings.http_port).start()
        mentor.http_port = runner.addresses[0][1]
        if mentor.socket is not None:
            stack.push_async_callback(mentor.socket.stop)
            stack.push_async_callback(_ended, asyncio.create_task(mentor.socket.keep_open()))
            await mentor.socket.open()
        stack.push_async_callback(_ended, asyncio.create_task(mentor.catch_up.run()))
        log.info("bot.started", articles=len(source.current.articles), revision=source.current.revision)
        yield mentor
    log.info("bot.stopped")


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _nobody_waits(_payload: dict[str, Any]) -> None:
    """Given up in silence: nobody asked for it; the log says so."""


def _job(noun: Callable[..., Any], do: Tell, given_up: Tell | None = None) -> Job:
    """How a kind of work is done, and who tells the person when it was given up; each takes the noun it is about."""
    return Job(_with(noun, do), _with(noun, given_up) if given_up else _nobody_waits)


def _with(noun: Callable[..., Any], do: Tell) -> Callable[[dict[str, Any]], Awaitable[object]]:
    """Takes the payload of a kind of work as the noun it is."""
    return lambda payload: do(noun(**payload))
