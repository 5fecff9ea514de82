"""Tells a person what they may run, where they are, and what not and why: as a message, and as a part of App Home.

Opening a form is `actions.opening`'s; what becomes of a form that was sent is the requests'.
"""

import asyncio
from collections.abc import Sequence

from bot import effects
from bot.actions import catalogue_blocks as blocks
from bot.actions.catalogue_blocks import Offer
from bot.actions.matching import is_meant
from bot.actions.membership import Memberships
from bot.actions.places import Places
from bot.authority import Act, Matter, Place, Refused, may
from bot.blockkit import Shown
from bot.desk import Desk
from bot.model import Effect, Json, Profile
from bot.storage.people import slack_id_of
from bot.wanted import Asking
from knowledge.actions import Action


class CatalogueService:
    def __init__(self, desk: Desk, memberships: Memberships, *, command: str) -> None:
        self._desk = desk
        self._memberships = memberships
        self._places = Places(desk)
        self._command = command

    async def offers(self, user_id: str, *, channel_id: str = "", is_shared: bool = False) -> Sequence[Offer]:
        """The whole catalogue, in the handbook's order. `channel_id` is "" where it is no channel."""
        profile, place = await asyncio.gather(
            self._desk.slack.profile(user_id), self._places.of(channel_id, is_shared=is_shared)
        )
        handbook = self._desk.shelf.library.handbook
        titles = {each.id: each.title for each in handbook.capabilities}
        actions = handbook.actions
        reasons = await asyncio.gather(*(self._why_not(each, profile, channel_id, place) for each in actions))
        return [
            Offer(action, reason, titles.get(action.capability, ""))
            for action, reason in zip(actions, reasons, strict=True)
        ]

    async def why_not(self, action: Action, user_id: str, *, channel_id: str = "", is_shared: bool = False) -> str:
        """Why the person may not ask for it there now; "" when they may."""
        profile, place = await asyncio.gather(
            self._desk.slack.profile(user_id), self._places.of(channel_id, is_shared=is_shared)
        )
        return await self._why_not(action, profile, channel_id, place)

    def is_meant(self, text: str) -> bool:
        """Whether these words, after `run`, are about an action of the live catalogue."""
        return is_meant(text, self._desk.shelf.library.handbook.actions)

    async def list(self, asking: Asking) -> None:
        """The catalogue, or what of it goes by these words, to the person alone."""
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, asking.asker)
        if user_id is None:
            return  # erased meanwhile
        where = asking.channel_id if asking.response_url else ""  # else it is shown, and pressed, in direct messages
        offers = await self.offers(user_id, channel_id=where)
        await self._desk.send(_told(asking, blocks.listing(offers, asking.text, command=self._command)))

    async def home_part(self, person: str) -> Sequence[Json]:
        """What the person may run."""
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, person)
        return blocks.home_part(await self.offers(user_id), command=self._command) if user_id else ()

    async def _why_not(self, action: Action, profile: Profile, channel_id: str, place: Place) -> str:
        matter = Matter(
            place=self._places.for_action(place, channel_id, action.id),
            is_offered=self._desk.shelf.library.handbook.channels.offers(action),
            is_named=await self._memberships.is_named(action, profile.user_id),
            is_named_guest=profile.user_id in action.who.guests,
        )
        permission = may(profile, Act.RUN, workspace=self._desk.workspace, matter=matter)
        return permission.reason if isinstance(permission, Refused) else ""


def _told(asking: Asking, shown: Shown) -> Effect:
    """What one may run is for who asked: after a mention in a channel it comes as a direct message."""
    if asking.is_direct and asking.response_url is None:
        return effects.reply(asking, "actions", shown, kind=effects.PRIVATE_ANSWER)
    return effects.privately(f"actions:{asking.key}", asking.asker, shown, response_url=asking.response_url)
