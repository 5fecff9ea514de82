"""Puts an action's form before a person, while Slack still takes one, and hands over what they send.

Rights come first, and whoever gets no form is told why. What becomes of a form that was sent is the requests'.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.actions import catalogue_blocks, forms
from bot.actions.catalogue import CatalogueService
from bot.actions.choices import Choices
from bot.actions.forms import Filled, Known, Opening
from bot.actions.lists import Lists
from bot.actions.matching import meant
from bot.actions.membership import Memberships
from bot.desk import Desk
from bot.errors import SlackError, SlackRefused
from bot.model import Json
from bot.slack import VIEW_S
from knowledge.actions import Action, InputType

log = structlog.get_logger(__name__)

OPEN_S = VIEW_S  # for all of it: who may, what there is to choose from, and the form
TOO_LATE = ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id")
PRESS_AGAIN = "The form could not be opened in time. Please press again."
NOT_SHOWN = "Slack did not take this form, so it cannot be asked for here. My operators see why."
GONE = "This action is not in the catalogue any more."

IdentityOf = Callable[[Action, str], Awaitable[str]]  # from the action and the person's Slack id


class Submits(Protocol):
    """Who takes a form that was sent: the requests' service."""

    async def submit(self, filled: Filled, *, key: str, user_id: str) -> Mapping[str, str]:
        """The errors, by the input's name ("" for what is about the whole); none when it is taken down.

        What was filled in is checked there, and whether the person may ask for it.
        """


@dataclass(frozen=True)
class At:
    """Who wants a form, where they are, and how Slack lets us show one: by a trigger, or in an open modal.

    `channel_id` is "" in App Home and in a modal of ours.
    """

    key: str
    user_id: str
    trigger_id: str = ""
    channel_id: str = ""
    view_id: str = ""  # the open modal
    response_url: str | None = None
    is_shared: bool = False


class FormService:
    def __init__(
        self,
        desk: Desk,
        catalogue: CatalogueService,
        memberships: Memberships,
        choices: Choices,
        identity_of: IdentityOf,
    ) -> None:
        self._desk = desk
        self._catalogue = catalogue
        self._memberships = memberships
        self._choices = choices
        self._identity_of = identity_of

    async def open(self, action_id: str, at: At) -> None:
        """The form is before the person's eyes, or they are told why not."""
        action = self._desk.shelf.library.handbook.action(action_id)
        if action is None:
            await self._in_time(at, None, self._refuse(at, None, GONE))
            return
        await self._in_time(at, action, self._open(action, at))

    async def open_named(self, text: str, at: At) -> bool:
        """The same of the one action that these words mean; False, and nothing done, where they mean none or more."""
        match = meant(text, self._desk.shelf.library.handbook.actions)
        if match.is_near or len(match.actions) != 1:
            return False
        await self.open(match.actions[0].id, at)
        return True

    async def choose(self, at: At, *, page: int = 0) -> None:
        """The catalogue as a modal, to choose from."""
        await self._in_time(at, None, self._choose(at, page))

    async def take_form(
        self, private_metadata: str, values: Mapping[str, str], submits: Submits, *, key: str, user_id: str
    ) -> Json:
        """Hands over a form that was sent; what Slack is to be answered. Raises PayloadMalformed for none of ours."""
        opening = forms.read_opening(private_metadata)
        action = self._desk.shelf.library.handbook.action(opening.action_id)
        if action is None:
            return forms.acknowledgement({"": GONE}, values)
        lists = await self._lists(action, user_id)
        if isinstance(lists, str):
            return forms.acknowledgement({"": lists}, values)
        if not opening.is_of(action, lists):
            return forms.acknowledgement({"": forms.CHANGED}, values)
        filled = forms.read_form(opening, values, action, lists)
        errors = await submits.submit(filled, key=key, user_id=user_id)
        return forms.acknowledgement(errors, forms.blocks_of(action), title=action.title)

    async def _open(self, action: Action, at: At) -> None:
        reason = await self._catalogue.why_not(action, at.user_id, channel_id=at.channel_id, is_shared=at.is_shared)
        lists = reason or await self._lists(action, at.user_id)
        if isinstance(lists, str):
            await self._refuse(at, action, lists)
            return
        known = Known(await self._identity_of(action, at.user_id))
        opening = Opening.of(action, lists, channel_id=at.channel_id, is_shared=at.is_shared)
        await self._show(at, forms.form(action, lists, opening, known))

    async def _choose(self, at: At, page: int) -> None:
        await self._show(at, catalogue_blocks.chooser(await self._catalogue.offers(at.user_id), page))

    async def _lists(self, action: Action, user_id: str) -> Lists | str:
        """What there is to choose from; or why there is no form."""
        choices = self._choices.of(action)
        if isinstance(choices, str):
            return choices
        if not any(each.type is InputType.TEAM for each in action.inputs):
            lists = Lists(choices)
        else:
            teams = tuple(self._desk.shelf.library.handbook.people.teams)
            lists = Lists(choices, teams, await self._memberships.teams_of(user_id))
        return lists.why_not(action) or lists

    async def _show(self, at: At, view: Json) -> None:
        if at.view_id:
            await self._desk.slack.update_view(at.view_id, view)
        else:
            await self._desk.slack.open_view(at.trigger_id, view)

    async def _in_time(self, at: At, action: Action | None, showing: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(OPEN_S * self._desk.clock.patience):
                await showing
        except (TimeoutError, SlackError) as error:
            log.warning("actions.no_form", action=action.id if action else "", reason=str(error) or "too late")
            is_ours = isinstance(error, SlackRefused) and error.code not in TOO_LATE
            await self._tell(at, action, NOT_SHOWN if is_ours else PRESS_AGAIN)

    async def _refuse(self, at: At, action: Action | None, reason: str) -> None:
        """Where a modal is open, in it; else in a message to the person alone."""
        if at.view_id:
            await self._desk.slack.update_view(at.view_id, forms.told(action.title if action else "Not there", reason))
        else:
            await self._tell(at, action, reason)

    async def _tell(self, at: At, action: Action | None, reason: str) -> None:
        shown = catalogue_blocks.refusal(action, reason)
        await self._desk.tell(at.user_id, "form", at.key, shown, response_url=at.response_url)
