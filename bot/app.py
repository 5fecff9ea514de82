"""The composition root: the only place that builds things, and the map from each kind of work to who does it.

`running()` is the bot: it takes what Slack sends, works, ticks and serves its health pages until its block ends.
"""

import asyncio
import os
import secrets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from functools import partial

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.actions.device_codes import DeviceCodes
from bot.actions.direct import backend_for
from bot.actions.services import action_services
from bot.adoption.contributions import HANDBOOK, Place
from bot.adoption.services import adoption_services
from bot.allowance import Allowance
from bot.answers import blocks
from bot.answers.model_writer import ModelWriter
from bot.answers.reload import ReloadService
from bot.answers.services import answer_services
from bot.answers.writer import QuotingWriter, Writer
from bot.audit import Audit, make_sure_of_key
from bot.calendar import Daily
from bot.companies import Companies
from bot.config import Secret, Settings
from bot.curation.documented import documented
from bot.curation.gap_sorting import Reading
from bot.curation.proposals import HandbookRepository
from bot.curation.services import curation_services
from bot.days_off import DaysOff
from bot.desk import Desk
from bot.digest import service as digest
from bot.digest.maker import DigestMaker, Sources
from bot.digest.presses import PressService
from bot.digest.service import DigestService
from bot.digest.summing import Summing
from bot.discovery.rules import flow_facts
from bot.discovery.services import Pillars as ListenedTo
from bot.discovery.services import discovery_services
from bot.embeddings import Embedder, embedder_of, words_alone
from bot.embeddings.service import EmbeddingService
from bot.errors import CannotListen
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
from bot.model import Workspace
from bot.model_client import Budget, ModelClient
from bot.notices.services import news_services
from bot.onboarding.services import Neighbours, onboarding_services
from bot.outbox import Outbox
from bot.peers.catch_up import CatchUp
from bot.peers.gauges import CommunityGauges
from bot.peers.inbox import Inbox
from bot.peers.services import peer_services
from bot.peers.wording import question_kind
from bot.people import PeopleService
from bot.pillar import Pillar
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
from bot.surveys.services import survey_services
from bot.talks.services import talk_services
from bot.timetable import DAY, NIGHT_WORTH, Planned, Timetable
from bot.upkeep import Upkeep
from bot.wanted import Asking, Began, Choice, Decision, Due, Kind, Opened
from bot.work import Job, Tell, Workers, job
from handlers import Services, health, http, register, verbs, webhooks
from handlers.acknowledged import Acknowledged
from handlers.messages import request_in
from handlers.socket_mode import SocketMode
from knowledge.channels import Channels

log = structlog.get_logger(__name__)


NIGHT = time(2, 30)  # by the handbook's wall: everything is read anew, back to the beginning
DAWN = time(4, 30)  # by then the night's reading is done
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
        self.settled: Callable[[], None] = lambda: None
        self.workspace = workspace
        clock = self.clock = settings.clock
        self.database = Database(settings.database_url)
        self.shelf = Shelf(library)
        off = DaysOff(slack, self.shelf)
        self.outbox = Outbox(self.database, slack, is_off=off.is_off, clock=clock, new_id=new_id)
        key = make_sure_of_key(settings.audit_key, settings.data_folder)
        self.audit = Audit(key, clock=clock)
        bell = asyncio.Event()
        wake = bell.set
        desk = self.desk = Desk(self.database, self.outbox, slack, self.shelf, workspace, clock, new_id, wake)
        people = PeopleService(desk)
        self.allowance = Allowance(desk, most=settings.asks_per_person)
        self.budget = Budget(self.database, settings, clock=clock)
        self.model = ModelClient(settings, self.budget.spend, clock=clock) if settings.llm_model else None
        self.embeddings = self._embeddings(embedder_of(settings))
        vector_of = self.embeddings.vector_of if self.embeddings else words_alone
        repository, history_of = _repository(settings), partial(live_history, settings=settings)
        can_propose = repository is not None
        placed = Companies(workspace, slack.profile).placed
        self.peers = peer_services(desk, people, placed=placed, command=settings.command)
        self.news = news_services(desk, people, can_propose=can_propose, history_of=history_of)
        self.answers = answer_services(
            desk, people, self.peers.facts.solved, writer=self._writer(), vector_of=vector_of, board=self.news.board
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
        request = partial(request_in, is_action=self.actions.catalogue.is_meant)
        self.inbox = Inbox(
            self.database,
            self.peers.log,
            channels=self._channels,
            workspace=workspace,
            clock=clock,
            request_in=request,
        )
        self.catch_up = CatchUp(
            self.database,
            slack,
            self.peers.log,
            channels=self._channels,
            workspace=workspace,
            clock=clock,
            new_id=new_id,
            request_in=request,
            announce=self.peers.notices.announce,
        )
        self.reload = ReloadService(desk, source)
        self.replays = Replays(self.database, clock=clock)
        self.surveys = survey_services(desk, people, model=self.model, new_key=new_key)
        self.curation = curation_services(
            desk,
            people,
            Reading(self.peers.facts.unanswered, question_kind),
            self.peers.facts.waiting,
            repository=repository,
            model=self.model,
        )
        self.listening = listening_services(desk, people, can_propose=can_propose)
        self.adoption = adoption_services(
            desk,
            people,
            self.audit,
            command=settings.command,
            handbook_place=handbook_place(settings),
            history_of=history_of,
            pulses=self.surveys.facts.facts,
        )
        self.talks = talk_services(desk, people, new_key=new_key)
        pillars = Pillars(
            self.peers.facts,
            self.adoption.facts,
            self.surveys.facts,
            self.listening.facts,
            self.actions.facts,
            self.curation.gap_facts,
        )
        report_maker = ReportMaker(self.database, pillars, handbook=lambda: self.shelf.library.handbook, clock=clock)
        self.report = ReportService(desk, people, report_maker)
        signs = SignsMaker(self.database, self.peers.facts, handbook=lambda: self.shelf.library.handbook, clock=clock)
        self.signs = SignsService(desk, people, signs)
        listened_to = ListenedTo(self.curation.gap_facts, self.listening.facts, self.surveys.facts, self.adoption.facts)
        self.discovery = discovery_services(desk, people, listened_to, repository)
        maker = self._digest_maker(signs, slack)
        self.digest = DigestService(desk, people, maker, Summing(self.model), new_key=new_key)
        self.digest_presses = PressService(desk, people, maker)
        handed_on = [OpenQuestions(desk, self.peers.facts).part, self._open_requests]
        self.handover = HandoverService(desk, people, handed_on)
        self.onboarding = onboarding_services(
            desk,
            people,
            Neighbours(self.actions.catalogue, self.curation.proposals, self.answers.duty),
            can_link=lambda: bool(flows_of(self.shelf.library.handbook.repositories, settings)),
            command=settings.command,
        )
        parts = (
            self.actions.figures,
            self.adoption.figures,
            self.curation.gaps,
            self.curation.owners,
            self.surveys.results,
            self.listening.listing,
            self.discovery.ways,
            self.signs,
        )
        team_parts = tuple(each.home_part for each in parts)
        self.prompts = PromptService(desk)
        self.home = HomeService(
            desk,
            self.peers.facts,
            welcome=self.onboarding.newcomers.home_part,
            parts=(
                self.actions.listing.home_part,
                self.actions.catalogue.home_part,
                self.adoption.speaking.home_part,
            ),
            team_parts=team_parts,
            command=settings.command,
        )
        self._pillars: Sequence[Pillar] = (
            self.answers,
            self.peers,
            self.curation,
            self.actions,
            self.surveys,
            self.adoption,
            self.listening,
            self.news,
            self.discovery,
            self.talks,
            self.onboarding,
        )
        self.timetable = Timetable(self.database, self._planned(), clock=clock, wake=wake)
        self.privacy = PrivacyService(
            self.database, slack, channels=self._channels, clock=clock, new_id=new_id, audit=self.audit
        )
        self.own_data = SettingsService(
            self.privacy, self.database, self.outbox, slack, clock=clock, new_id=new_id, wake=wake
        )
        self.upkeep = self._upkeep()
        self.community = CommunityGauges(self.peers.facts, clock=clock)
        self.gauges = Gauges(
            self.database,
            handbook=lambda: self.shelf.library.handbook,
            others=[
                partial(survey_status.gauges, self.database),
                self.community.read,
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
        self.acknowledged = Acknowledged(self.database.way.hurry, self.database.way.expect)
        self.workers = Workers(self.database, self._jobs(), clock=clock, new_id=new_id, bell=bell)
        self.bolt = self._bolt()
        self.socket = self._socket() if settings.uses_socket_mode else None
        self.ticks = AsyncIOScheduler()
        self.http_port = 0  # known once it listens: settings may leave the choice to the machine
        self._ticking: set[asyncio.Task[None]] = set()

    def _writer(self) -> Writer:
        return QuotingWriter() if self.model is None else ModelWriter(self.model, QuotingWriter())

    def _digest_maker(self, signs: SignsMaker, slack: Slack) -> DigestMaker:
        sources = Sources(
            peers=self.peers.facts,
            gaps=self.curation.gap_facts,
            surveys=self.surveys.facts.facts,
            listening=self.listening.facts.facts,
            adoption=self.adoption.facts.facts,
            actions=self.actions.facts.facts,
            documented=lambda window: documented(self.database, self.shelf.library.handbook, window),
            signs=signs.shown,
            coming=self.news.board.coming,
            waits=lambda: flow_facts(self.shelf.library.handbook.flows).waits,
            articles=self.curation.article_health.facts,
        )
        return DigestMaker(self.database, sources, channels=self._channels, clock=self.clock, permalink=slack.permalink)

    def _embeddings(self, embedder: Embedder | None) -> EmbeddingService | None:
        return EmbeddingService(self.database, self.shelf, embedder, clock=self.clock) if embedder else None

    async def _open_requests(self) -> Part:
        return Part("Requests", tuple(await self.actions.listing.open_lines()))

    def _upkeep(self) -> Upkeep:
        others = [
            self.budget.forget_old,
            self.privacy.forget_requests_of_nobody,
            self.peers.log.forget_words,
            self.answers.answers.forget_words,
            self.peers.notices.announce_changes,
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

        def asked(do: Tell) -> Job:
            return job(Asking, self.allowance.within(do), self.answers.answers.given_up)

        jobs: dict[str, Job] = {
            Kind.HELP: asked(partial(self.answers.answers.help, shown=shown)),
            Kind.READ_AGAIN: job(Due, lambda _: self.catch_up.all_due(is_whole=True)),
            Kind.SHOW_DIGEST: asked(self.digest.show),
            Kind.DIGEST: job(Due, self.digest.post, self.digest.missed),
            Kind.DIGEST_AGAIN: job(Due, self.digest.again),
            Kind.DIGEST_PRESS: job(Decision, self.digest_presses.decide, self.digest_presses.given_up),
            Kind.HANDOVER: asked(self.handover.show),
            Kind.ON_DUTY: job(Began, self.handover.tell),
            Kind.REPORT: asked(self.report.show),
            Kind.ASK_CLOSURES: job(Due, self.signs.ask),
            Kind.SAY_CLOSURES: job(Decision, self.signs.say),
            Kind.HOME: job(Opened, self.home.publish),
            Kind.SUGGEST: job(Opened, self.prompts.suggest),
            Kind.AUDIT_HEAD: job(Due, lambda _: self.audit.log_head(self.database)),
            Kind.SETTINGS: asked(self.own_data.show),
            Kind.CHOICE: job(Choice, self.own_data.choose, self.own_data.given_up),
            Kind.ERASE: job(Choice, self.own_data.erase, self.own_data.given_up),
        }
        for pillar in self._pillars:
            jobs.update(pillar.jobs(asked))
        return jobs

    def _planned(self) -> Sequence[Planned]:
        def at_night() -> Daily:
            return Daily(NIGHT, self.shelf.library.handbook.channels.timezone)

        def at_dawn() -> Daily:
            return Daily(DAWN, self.shelf.library.handbook.channels.timezone)

        return (
            Planned(Kind.DIGEST, self.digest.schedule, digest.WORTH, self.digest.missed),
            Planned(Kind.READ_AGAIN, at_night, NIGHT_WORTH),
            Planned(Kind.AUDIT_HEAD, at_dawn, DAY),
            Planned(Kind.ASK_CLOSURES, self.signs.schedule, signs.WORTH),
            *(each for pillar in self._pillars for each in pillar.planned()),
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
            answers=self.answers.answers,
            verdicts=self.answers.verdicts,
            inbox=self.inbox,
            kinds=self.peers.kinds,
            marks=self.peers.marks,
            gaps=self.curation.gaps,
            home=self.home,
            prompts=self.prompts,
            notices=self.peers.notices,
            settings=self.own_data,
            drafts=self.curation.drafts,
            owners=self.curation.owners,
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
            await self.peers.team.take_handbook(self.shelf.library.handbook)
            await self.peers.team.observe_group()
            await self.handover.observe()
            await self.adoption.marks.observe()
            await self.upkeep.forget_old()
            self.settled()

    async def is_database_there(self) -> str:
        try:
            async with asyncio.timeout(READY_S * self.clock.patience):
                await migrate.check_current(self.database)
                await self.database.check_writable()
        except (migrate.DatabaseNewer, migrate.DatabaseOlder) as error:
            return str(error)
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
            "team": (self.peers.team.observe_group, 3600),
            "duty": (self.handover.observe, 300),
            "proposals": (self.curation.proposals.follow, 180),
            "requests": (self.actions.following.follow, 60),
            "choices": (self.actions.choices.refresh, 60),
            "groups": (self.actions.memberships.refresh, 240),
            "solved threads": (self.answers.solved.refresh, 300),
            "cases": (self.peers.keep_up, 60),
            "linked changes": (self.surveys.changes.look, 300),
            "linked changes of friction": (self.listening.changes.look, 300),
            "notices": (self.news.look, 300),
            "own uses": (self.adoption.own_uses.take_down, 3600),
            "signatures": (self.replays.forget_old, 300),
            "forget": (self.upkeep.forget_old, 6 * 3600),
        }
        if self.embeddings is not None:
            ticks["embeddings"] = (self.embeddings.join, 30)
        began = datetime.now(UTC)
        for number, (name, (look, seconds)) in enumerate(ticks.items()):
            wall_s = self.clock.wall_seconds(seconds)
            first = began + timedelta(seconds=wall_s * (number + 0.5) / len(ticks))  # all at once would hold up answers
            self.lateness.expect(name, timedelta(seconds=seconds))
            timing = {"seconds": wall_s, "start_date": first}
            self.ticks.add_job(self._tick, "interval", args=[name, look], id=name, **timing, **every)
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
async def running(settings: Settings, *, settled: Callable[[], None] = lambda: None) -> AsyncIterator[Mentor]:
    """The bot at work. On leaving, what is in hand is finished and everything is closed.

    `settled` is called once all that stays in memory is there, and again after the handbook changed.

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
        mentor.settled = settled
        stack.push_async_callback(mentor.database.close)
        stack.push_async_callback(mentor.community.close)
        if mentor.model is not None:
            stack.push_async_callback(mentor.model.close)
            await mentor.model.open()
        if mentor.socket is not None:
            # It has its session from the start, and what follows may fail before it is opened. Where nothing does it is
            # stopped below as the first of all, and closing it once more does nothing.
            stack.push_async_callback(mentor.socket.stop)
        await migrate.upgrade(mentor.database)
        await mentor.catch_up.note_first_use()  # before anything is taken: what comes from now on is to be done
        await mentor.audit.log_head(mentor.database)
        await mentor.upkeep.forget_old()  # here too, for a bot that is restarted often
        await mentor.reload.take(outcome)  # a broken revision may have come while nobody looked
        await mentor.peers.team.take_handbook(source.current)
        await mentor.peers.team.observe_group()
        await mentor.handover.observe()
        await mentor.adoption.marks.observe()
        # the inbox stops first, then workers: what they put in is still sent
        for loop in (mentor.outbox.run(), mentor.workers.run(), mentor.inbox.run()):
            stack.push_async_callback(_ended, asyncio.create_task(loop))
        mentor.start_ticks()
        stack.push_async_callback(mentor.stop_ticks)
        if mentor.embeddings is not None:
            stack.push_async_callback(mentor.embeddings.close)  # before the ticks, which would wait for it
        # what was signed are the bytes as they came, so nothing is unpacked first
        runner = web.AppRunner(mentor.web(), access_log=None, auto_decompress=False)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await _listen(runner, settings)
        mentor.http_port = runner.addresses[0][1]
        if mentor.socket is not None:
            stack.push_async_callback(mentor.socket.stop)
            stack.push_async_callback(_ended, asyncio.create_task(mentor.socket.keep_open()))
            await mentor.socket.open()
        stack.push_async_callback(_ended, asyncio.create_task(mentor.catch_up.run()))
        settled()
        log.info("bot.started", articles=len(source.current.articles), revision=source.current.revision)
        yield mentor
    log.info("bot.stopped")


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    host, port = settings.http_host, settings.http_port
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "no such host"
        raise CannotListen(
            f"Pages cannot be served at {host}:{port}: {reason}; end what is there, perhaps another bot, or set "
            "MENTOR_HTTP_HOST and MENTOR_HTTP_PORT otherwise"
        ) from error


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
