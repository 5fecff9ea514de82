"""Which articles may be shown where, and to whom: asked anew each time, as rights, channels and articles change."""

import structlog

from bot.desk import Desk
from bot.errors import SlackError
from bot.model import Profile
from bot.people import PeopleService
from knowledge.audience import Audience

PUBLIC = frozenset({Audience.PUBLIC})
OURS = frozenset({Audience.PUBLIC, Audience.INTERNAL})
MEMBERS_MOST = 100  # of a channel with a wider audience: each of them is looked up, in case one is a guest

log = structlog.get_logger(__name__)


class AudienceService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def in_private(self, profile: Profile) -> frozenset[Audience]:
        """What the person may see; guests see public articles everywhere."""
        if profile.is_guest:
            return PUBLIC
        return frozenset(Audience) if await self._people.is_platform(profile.user_id) else OURS

    async def in_channel(self, channel_id: str) -> frozenset[Audience]:
        """What everybody there may see: public articles, and more where the handbook says so and nobody else reads."""
        channel = self._desk.shelf.library.handbook.channels.watched(channel_id)
        if channel is None or channel.audience is Audience.PUBLIC or not await self._is_among_us(channel_id):
            return PUBLIC
        return frozenset(Audience) if channel.audience is Audience.PLATFORM else OURS

    async def _is_among_us(self, channel_id: str) -> bool:
        """Whether the channel is private, of this company alone and without guests; not when that cannot be told."""
        try:
            info = await self._desk.slack.channel_info(channel_id)
            if not info.is_private or info.is_shared:
                return False
            members = await self._desk.slack.members(channel_id, most=MEMBERS_MOST)
            if len(members) > MEMBERS_MOST:
                return False
            return not any([(await self._desk.slack.profile(each)).is_guest for each in members])
        except SlackError as error:
            log.warning("audience.not_told", reason=str(error))
            return False
