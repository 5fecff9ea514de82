"""Shows how far a team is brought on, and puts the steps that change the handbook before its reviewers.

How things stand is read by `standing`; what a step changes is `changes`'. Keeps nothing of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass

import structlog

from bot import effects
from bot.actions.catalogue import CatalogueService
from bot.actions.edits.editing import Impossible
from bot.authority import Act
from bot.blockkit import Shown
from bot.curation.proposals import Change, ProposalService
from bot.desk import Desk
from bot.errors import SlackError
from bot.onboarding import blocks, changes, forms
from bot.onboarding.blocks import NEW_TEAM, TEAMS_MOST, First
from bot.onboarding.changes import PEOPLE, Wanted
from bot.onboarding.forms import Filled, Opened
from bot.onboarding.rules import Access, Step, access, subject
from bot.onboarding.standing import StandingService
from bot.people import PeopleService
from bot.storage.engine import Tx
from bot.storage.people import slack_id_of
from bot.wanted import Asking, Kind, StepWanted
from knowledge.actions import Mode
from knowledge.channels import FILE as CHANNELS
from knowledge.loader import Handbook

log = structlog.get_logger(__name__)

KIND = "start"  # of a proposal
NO_GROUP = "Slack has no user group of that name. Write it as people mention it, such as @payments."
KNOWN = "The handbook has a team of this name. `start` shows its steps."
NOT_OURS = "Choose members of this company: no bots, guests, or people who have left."


@dataclass(frozen=True)
class Pressed:
    """Who wants a form, and how one can be shown or they can be told why not."""

    key: str
    user_id: str
    trigger_id: str
    response_url: str | None


class StartService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(
        self,
        desk: Desk,
        people: PeopleService,
        standing: StandingService,
        catalogue: CatalogueService,
        proposals: ProposalService,
    ) -> None:
        self._desk = desk
        self._people = people
        self._standing = standing
        self._catalogue = catalogue
        self._proposals = proposals

    async def asked(self, asking: Asking) -> None:
        """The person's team's steps, or who may see them. Raises SlackError."""
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, asking.asker)
        if user_id is None:
            return  # erased meanwhile
        reason = await self._people.why_not(await self._people.profile(asking.asker), Act.TELL)
        shown = blocks.said(reason) if reason else await self._shown(user_id, asking)
        key, url = f"start:{asking.key}", asking.response_url
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=url, kind=blocks.START))

    async def given_up(self, wanted: StepWanted) -> None:
        await self._tell(wanted, blocks.said(blocks.BROKEN))

    async def _shown(self, user_id: str, asking: Asking) -> Shown:
        wanted, may = asking.text.strip(), await self._access(user_id)
        name = self._named(wanted) if wanted else ""
        if wanted and name not in may.leading:
            return await self._not_for(may, wanted, name)
        if may.is_platform and not wanted:
            return await self._all_teams(may.leading)
        pressed_in = asking.channel_id if asking.response_url else ""  # else it is shown in direct messages
        offered = await self.first_action(user_id, channel_id=pressed_in)
        if wanted:
            return blocks.progress(await self._standing.of(name), offered)
        if not may.leading:
            return await self._not_for(may, "", may.own[0] if may.own else "")
        first, *others = may.leading
        return blocks.progress(await self._standing.of(first), offered, others=others)

    async def _all_teams(self, names: Collection[str]) -> Shown:
        """By name, so that it is no ranking; no more of them than are shown, as Slack is asked about each."""
        shown = sorted(names)[:TEAMS_MOST]
        return blocks.all_teams([await self._standing.of(each) for each in shown], left=len(names) - len(shown))

    def _named(self, wanted: str) -> str:
        """The team of that name, or of one with spaces that is written without; "" for none."""
        people = self._handbook.people
        return people.team_called(wanted) or next((each for each in people.teams if blocks.typed(each) == wanted), "")

    async def _not_for(self, may: Access, wanted: str, name: str) -> Shown:
        """Who may see it, to somebody of the team; to others no more than that it is not theirs."""
        if name in may.own:
            leads = self._handbook.people.teams[name].leads_on(self._desk.today())
            return blocks.not_leading(name, await self._standing.names(sorted(leads)))
        return blocks.not_there(wanted, may.leading) if wanted else blocks.no_team()

    async def _access(self, user_id: str) -> Access:
        own, is_platform = await self._people.teams_of(user_id), await self._people.is_platform(user_id)
        return access(user_id, own, self._handbook.people, is_platform=is_platform, today=self._desk.today())

    async def first_action(self, user_id: str, *, channel_id: str = "") -> First | None:
        """The first of the catalogue that the person may run there, and that goes through Git; None for none.

        `channel_id` is "" where it is pressed in no channel.
        """
        offers = await self._catalogue.offers(user_id, channel_id=channel_id)
        open_ones = [each.action for each in offers if not each.why_not and each.action.mode is Mode.PROPOSAL]
        return First(open_ones[0].id, open_ones[0].title or open_ones[0].id) if open_ones else None

    # Forms.

    async def open_form(self, step: Step, team: str, pressed: Pressed) -> None:
        """The form is before the person's eyes, or they are told why not. Raises SlackError."""
        opened = Opened(step, "" if team == NEW_TEAM else team)
        problem = await self._why_not(pressed.user_id, opened)
        try:
            if not problem:
                await self._desk.slack.open_view(pressed.trigger_id, forms.form(opened))
        except SlackError as error:
            log.warning("start.form_not_opened", reason=str(error))
            problem = blocks.NOT_OPENED
        if problem:
            url = pressed.response_url
            await self._desk.tell(pressed.user_id, "start-form", pressed.key, blocks.said(problem), response_url=url)

    async def take_form(self, opened: Opened, filled: Filled, *, key: str, user_id: str) -> dict[str, str]:
        """What is wrong in it, by its blocks; taken down when nothing is. Raises SlackError."""
        if found := forms.problems(opened, filled):
            return found
        team = filled.team if opened.step is Step.GROUP else opened.team
        values = await self._values(opened.step, filled)
        if isinstance(values, str):
            return {_block_of(opened.step): values}
        if opened.step is Step.GROUP and self._handbook.people.team_called(team):
            return {forms.TEAM: KNOWN}

        def wanted(person: str) -> StepWanted:
            return StepWanted(f"{person}:{key}", person, team, opened.step, values)

        await self._desk.take(Kind.PROPOSE_STEP, user_id, wanted)
        return {}

    async def _values(self, step: Step, filled: Filled) -> dict[str, str] | str:
        """What the change is made of; or what is wrong."""
        match step:
            case Step.GROUP:
                groups = await self._desk.slack.user_groups()
                named = [each.id for each in groups if filled.group in (each.handle, each.id)]
                return {"group": named[0]} if named else NO_GROUP
            case Step.DUTY:
                are_ours = [await self._people.is_member(each) for each in filled.duty]
                return {"duty": ",".join(filled.duty)} if all(are_ours) else NOT_OURS
            case _:
                info = await self._desk.slack.channel_info(filled.channel)
                return {"channel": filled.channel, "name": info.name}

    async def _why_not(self, user_id: str, opened: Opened) -> str:
        """Why the person may not propose it; "" when they may. A new team any member may propose."""
        if not await self._people.is_member(user_id):
            return blocks.NOT_LEADING
        if opened.step is Step.GROUP and not opened.team:
            return ""
        if opened.team not in self._handbook.people.teams:
            return blocks.NO_TEAM
        return "" if opened.team in (await self._access(user_id)).leading else blocks.NOT_LEADING

    # By a worker.

    async def propose(self, wanted: StepWanted) -> None:
        """A pull request, or why there is none; rights are asked again. Raises GitFailed or SlackError."""
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, wanted.person)
        if user_id is None:
            return
        opened = Opened(Step(wanted.step), "" if wanted.step == Step.GROUP else wanted.team)
        change = Wanted(wanted.team, opened.step, wanted.values)
        if reason := await self._why_not(user_id, opened):
            await self._tell(wanted, blocks.said(reason))
        elif self._proposals.repository is None:
            await self._tell(wanted, blocks.by_hand(changes.by_hand(change)))
        else:
            await self._propose(wanted, change, await self._desk.slack.real_name(user_id))

    async def _propose(self, wanted: StepWanted, change: Wanted, who: str) -> None:
        try:
            files = changes.files(change, await self._former())
        except Impossible as problem:
            await self._tell(wanted, blocks.said(str(problem)))
            return
        subject_ = subject(change.team, change.step, files)
        proposed = Change(KIND, subject_, changes.title(change), blocks.request_text(who or "A colleague"), files)

        async def unit(tx: Tx) -> bool:
            return await self._proposals.put(tx, proposed, person=wanted.person, response_url=None)

        if not await self._desk.database.write(unit):
            await self._tell(wanted, blocks.said(blocks.BEFORE))
        self._desk.wake()

    async def _former(self) -> dict[str, str | None]:
        """The two files as they stand on the base branch."""
        repository = self._proposals.repository
        assert repository is not None
        return {file: await repository.host.read_file(repository.path(file)) for file in (PEOPLE, CHANNELS)}

    async def _tell(self, wanted: StepWanted, shown: Shown) -> None:
        await self._desk.send(effects.privately(f"start-said:{wanted.key}", wanted.person, shown, kind=blocks.START))

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook


def _block_of(step: Step) -> str:
    return {Step.GROUP: forms.GROUP, Step.DUTY: forms.DUTY}.get(step, forms.CHANNEL)
