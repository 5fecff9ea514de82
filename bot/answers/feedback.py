"""What follows on *Not quite*: the next source at once, and the reason where one is given.

Each source offered is an answer of its own, shown in the message of the first, so that what is said is kept with the
article it is said of.
"""

from dataclasses import replace

from bot.answers.audiences import audiences
from bot.answers.rules import Answered
from bot.answers.writer import Draft, Source, quote
from bot.desk import Desk
from bot.model import Profile
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage import peers
from bot.storage.answers import Answer
from bot.storage.engine import Tx
from knowledge.article import Article, Section
from knowledge.audience import Audience
from knowledge.index import Hit
from knowledge.loader import Handbook


class FeedbackService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def next_answer(self, answer: Answer, profile: Profile) -> Answer | None:
        """The next of its sources that the person may see, quoted as it stands now; the same when asked again.

        None after pointers: all of them were shown.
        """
        if not answer.article:
            return None
        key = f"{answer.key}:next"
        async with self._desk.database.read() as tx:
            known = await rows.by_key(tx, key)
            text = await self._question(tx, answer)
        if known is not None:
            return known
        may_see = await audiences(self._people, profile, is_private=answer.surface in ("private", "direct"))
        handbook = self._desk.shelf.library.handbook
        left = [hit for each in answer.sources[1:] if (hit := _hit(handbook, Source.from_json(each), may_see))]
        if not left:
            return None
        draft = quote(text, Answered(tuple(left), answer.confidence))
        return replace(
            answer,
            id=self._desk.new_id(),
            key=key,
            text=draft.text,
            sources=[source.to_json() for source in draft.sources],
            handbook_revision=handbook.revision,
            created_at=self._desk.clock.now(),
            stands_in=answer.stands_in or answer.key,
        )

    async def _question(self, tx: Tx, answer: Answer) -> str:
        """What was asked; "" where its words are not kept."""
        if answer.question_ts is None:
            return ""
        text, _ = await peers.newest_text(tx, answer.channel_id, answer.question_ts)
        return text or ""


def draft_of(answer: Answer) -> Draft:
    return Draft(answer.text, tuple(Source.from_json(source) for source in answer.sources), answer.writer)


def _hit(handbook: Handbook, source: Source, may_see: frozenset[Audience]) -> Hit | None:
    """The section as it stands now; None when it is gone, or not for everybody there any more."""
    article = next((each for each in handbook.articles if each.id == source.id), None)
    if article is None or article.audience not in may_see:
        return None
    section = _section(article, source)
    return None if section is None else Hit(article, section, source.score)


def _section(article: Article, source: Source) -> Section | None:
    same = [each for each in article.sections if (each.heading, each.anchor) == (source.section, source.anchor)]
    return next(iter(same or article.sections), None)
