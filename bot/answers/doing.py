"""Which actions of the catalogue an answer offers: those that the article it rests on names, where they may be run.

Whether the person may run one is decided when they press (`bot.actions`); a button is no promise.
"""

from bot.answers.writer import MODEL, Draft
from bot.desk import Desk
from bot.doing import Doable
from bot.errors import SlackRefused
from bot.wire import is_direct


class DoingService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def offered(self, draft: Draft, *, channel_id: str) -> tuple[Doable, ...]:
        """In the articles' order. None in a channel that another company shares, nor in one that we are not told about.

        `channel_id` is where the answer is read: "" for no channel.
        """
        handbook = self._desk.shelf.library.handbook
        is_private = not channel_id or is_direct(channel_id)
        found = [handbook.action(action_id) for action_id in self._named(draft)]
        live = [each for each in found if each is not None and handbook.channels.offers(each)]
        if not is_private:
            live = [each for each in live if handbook.channels.may_run_in(channel_id, each.id)]
        if not live or not (is_private or await self._is_ours_alone(channel_id)):
            return ()
        return tuple(Doable(each.id, each.title) for each in live)

    def _named(self, draft: Draft) -> list[str]:
        """By the articles that the text rests on: of a quotation the first, of a model's all that it cites."""
        sources = draft.sources if draft.writer == MODEL else draft.sources[:1]
        articles = {each.id: each for each in self._desk.shelf.library.handbook.articles}
        named = [name for each in sources if each.id in articles for name in articles[each.id].actions]
        return list(dict.fromkeys(named))

    async def _is_ours_alone(self, channel_id: str) -> bool:
        try:
            return not (await self._desk.slack.channel_info(channel_id)).is_shared
        except SlackRefused:
            return False
