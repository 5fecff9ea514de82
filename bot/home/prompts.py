"""What is offered to ask in the messages tab: the questions of the articles that were cited most of late.

The handbook's own words, and of public articles alone. Suggesting again is harmless, so it needs no outbox.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import timedelta

import structlog

from bot.desk import Desk
from bot.errors import SlackRefused
from bot.storage import answers as rows
from bot.storage.people import slack_id_of
from bot.wanted import Kind, Opened
from knowledge.article import Article, Audience

log = structlog.get_logger(__name__)

PROMPTS_MOST = 4  # Slack's limit
LENGTH_MOST = 75  # characters: longer ones are no button
LATELY = timedelta(days=30)


def first_questions(articles: Collection[Article], cited: Iterable[str]) -> list[str]:
    """At most four, one of each article: those cited most first, then in the handbook's order."""
    count = Counter(cited)
    ranked = sorted(articles, key=lambda article: -count[article.id])
    offered = (_short_question(article) for article in ranked if article.audience is Audience.PUBLIC)
    return list(dict.fromkeys(question for question in offered if question))[:PROMPTS_MOST]


def _short_question(article: Article) -> str:
    return next((question for question in article.questions if len(question) <= LENGTH_MOST), "")


class PromptService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def take_opened(self, *, key: str, user_id: str) -> None:
        """Somebody looks at the messages tab: questions are offered right after."""
        await self._desk.take(Kind.SUGGEST, user_id, lambda person: Opened(f"{person}:{key}", person))

    async def suggest(self, opened: Opened) -> None:
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, opened.person)
            cited = await rows.cited_since(tx, self._desk.clock.now() - LATELY)
        questions = first_questions(self._desk.shelf.library.handbook.articles, cited)
        if user_id is None or not questions:
            return
        for channel_id in await self._desk.slack.direct_channel(user_id):
            try:
                await self._desk.slack.suggest(channel_id, questions)
            except SlackRefused as refused:  # such as where the app was not installed again with the new scope
                log.warning("home.no_prompts", reason=refused.code)
