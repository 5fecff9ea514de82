"""The services of peers, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.companies import Placed
from bot.desk import Desk
from bot.peers.community_facts import CommunityService
from bot.peers.facts import FactsService
from bot.peers.health import HealthService
from bot.peers.kinds import KindService
from bot.peers.marks import MarkService
from bot.peers.notices import NoticeService
from bot.peers.own_teams import OwnTeams
from bot.peers.secrets import SecretService
from bot.peers.service import PeerService
from bot.peers.team import TeamService
from bot.peers.topics import TopicService
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.wanted import AnswerMarked, Joined, Kind, KindSaid, SecretSeen
from bot.work import Asked, Job, job
from knowledge.channels import Channels


@dataclass(frozen=True)
class PeerServices(Pillar):
    log: PeerService
    kinds: KindService
    marks: MarkService
    facts: FactsService
    community: CommunityService
    topics: TopicService
    health: HealthService
    team: TeamService
    notices: NoticeService
    secrets: SecretService

    async def keep_up(self) -> None:
        """What became of questions, and what they are about, is written down before anybody asks for figures."""
        await self.facts.keep_up()
        await self.topics.sort()

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.HEALTH: asked(self.health.tell),
            Kind.SAY_KIND: job(KindSaid, self.kinds.correct, self.kinds.given_up),
            Kind.MARK_ANSWER: job(AnswerMarked, self.marks.mark, self.marks.given_up),
            Kind.SECRET_SEEN: job(SecretSeen, self.secrets.warn),
            Kind.JOINED: job(Joined, lambda joined: self.notices.announce(joined.channel_id)),
        }


def peer_services(desk: Desk, people: PeopleService, *, placed: Placed, command: str) -> PeerServices:
    database, clock = desk.database, desk.clock
    teams = OwnTeams(desk, people).now

    def channels() -> Channels:
        return desk.shelf.library.handbook.channels

    facts = FactsService(database, channels=channels, clock=clock, teams=teams)
    return PeerServices(
        log=PeerService(
            database,
            channels=channels,
            workspace=desk.workspace,
            clock=clock,
            new_id=desk.new_id,
            wake=desk.wake,
            placed=placed,
        ),
        kinds=KindService(desk, people),
        marks=MarkService(desk, people),
        facts=facts,
        community=CommunityService(database, channels=channels, clock=clock, teams=teams),
        topics=TopicService(database, index=lambda: desk.shelf.library.index, channels=channels, clock=clock),
        health=HealthService(desk, people, facts),
        team=TeamService(
            database,
            handbook=lambda: desk.shelf.library.handbook,
            group_members=desk.slack.group_members,
            clock=clock,
            new_id=desk.new_id,
        ),
        notices=NoticeService(database, desk.outbox, channels=channels, clock=clock, wake=desk.wake, command=command),
        secrets=SecretService(desk),
    )
