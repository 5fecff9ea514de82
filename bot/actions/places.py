"""Where somebody acts, as far as it matters for actions: who reads along, and what the handbook lets be run there."""

from bot.authority import Place
from bot.desk import Desk
from bot.errors import SlackRefused
from bot.wire import is_direct


class Places:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def of(self, channel_id: str, *, is_shared: bool = False) -> Place:
        """What kind of place it is. Whether one action may be run in a channel is not looked at.

        Of a channel that Slack does not tell us about it is not known who reads along: it is closed.
        """
        if is_shared:
            return Place.SHARED
        if not channel_id or is_direct(channel_id):
            return Place.PRIVATE
        try:
            info = await self._desk.slack.channel_info(channel_id)
        except SlackRefused:
            return Place.CLOSED
        return Place.SHARED if info.is_shared else Place.CHANNEL

    def for_action(self, place: Place, channel_id: str, action_id: str) -> Place:
        """The place, closed where the handbook does not let this action be run in the channel."""
        channels = self._desk.shelf.library.handbook.channels
        is_closed = place is Place.CHANNEL and not channels.may_run_in(channel_id, action_id)
        return Place.CLOSED if is_closed else place
