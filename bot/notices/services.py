"""The services of notices, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.desk import Desk
from bot.git.history import History
from bot.notices.board import NoticeBoard
from bot.notices.book import Book
from bot.notices.counting import CountingService
from bot.notices.incidents import IncidentService
from bot.notices.news import NewsService
from bot.notices.over import OverService
from bot.notices.posting import PostingService
from bot.notices.telling import TellingService
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.wanted import Decision, FileSettled, IncidentOver, IncidentSaid, Kind, TeamNotice
from bot.work import Asked, Job, job
from knowledge.repositories import LiveRepository


@dataclass(frozen=True)
class NewsServices(Pillar):
    board: NoticeBoard
    posting: PostingService
    counting: CountingService
    telling: TellingService
    news: NewsService
    incidents: IncidentService
    over: OverService

    async def look(self) -> None:
        """What is left is counted before anybody is told, so that who is done hears nothing."""
        await self.posting.look()
        await self.counting.look()
        await self.telling.look()

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.NEWS: asked(self.news.show),
            Kind.DECIDE_NOTICE: job(Decision, self.news.decide, self.news.given_up),
            Kind.BRING_NOTICE: job(TeamNotice, self.telling.bring),
            Kind.INCIDENT: asked(self.incidents.asked),
            Kind.OPEN_INCIDENT: job(IncidentSaid, self.incidents.open, self.incidents.given_up),
            Kind.UPDATE_INCIDENT: job(IncidentSaid, self.incidents.update, self.incidents.given_up),
            Kind.END_INCIDENT: job(Decision, self.incidents.end, self.incidents.given_up),
            Kind.INCIDENT_OVER: job(IncidentOver, self.over.tell),
            Kind.KEEP_INCIDENT: job(IncidentOver, self.over.keep),
            Kind.NOTICE_SETTLED: job(FileSettled, self.over.settled),
        }


def news_services(
    desk: Desk, people: PeopleService, *, can_propose: bool, history_of: Callable[[LiveRepository], History]
) -> NewsServices:
    """`can_propose`: the handbook is a repository, so that an incident can become a pull request."""
    book = Book(desk)
    incidents = IncidentService(desk, people, book, can_propose=can_propose)
    return NewsServices(
        board=NoticeBoard(desk, book),
        posting=PostingService(desk, book),
        counting=CountingService(desk, people, book, history_of=history_of),
        telling=TellingService(desk, people, book),
        news=NewsService(desk, people, book, incidents),
        incidents=incidents,
        over=OverService(desk, book, can_propose=can_propose),
    )
