"""Who and what there is in a workspace: its people, channels and groups, its organisation and neighbours, the app.

Everything here has always been so: adding it tells nobody. What people do, and what is told of it, is `workspace.py`.
"""

from collections.abc import Iterable

from sandbox.clock import Clock
from sandbox.ids import Ids
from sandbox.manifest import AppManifest
from sandbox.model import Channel, Message, Person, Usergroup
from sandbox.organisation import Organisation, Team
from sandbox.refused import Refused

_PREFIX = {"channel": "C", "group": "C", "im": "D", "mpim": "G"}


class Census:
    """Finders raise Refused with Slack's code for what is not there."""

    def __init__(self, *, clock: Clock, manifest: AppManifest, seed: int, team_id: str | None) -> None:
        self.clock, self.manifest = clock, manifest
        self.ids = Ids(seed=seed, clock=clock)
        self.team_id = team_id or self.ids.new("T")
        ours = Team(self.team_id, "Sandbox", "sandbox")
        self.organisation = Organisation(self.team_id, teams={ours.id: ours})
        self.app_id, self.bot_id = self.ids.new("A"), self.ids.new("B")
        self.bot_token = f"xoxb-sandbox-{self.ids.secret()}"
        self.app_token = f"xapp-sandbox-{self.ids.secret()}"
        self.signing_secret = self.ids.secret()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self._dms: dict[str, str] = {}
        self.bot_user_id = self._add_bot().id

    @property
    def team(self) -> Team:
        """Our own workspace."""
        return self.organisation.teams[self.team_id]

    @property
    def name(self) -> str:
        return self.team.name

    @property
    def domain(self) -> str:
        return self.team.domain

    def begin_organisation(self, name: str, *, is_whole_install: bool = False, id: str | None = None) -> Organisation:  # noqa: A002
        """Our workspace is part of an Enterprise Grid from now on; the app is in ours alone, or in the whole of it."""
        self.organisation.begin(name, id=id or self.ids.new("E"), is_whole_install=is_whole_install)
        return self.organisation

    def add_workspace(self, name: str, *, id: str | None = None) -> Team:  # noqa: A002
        """Another workspace of our organisation. Raises ValueError while ours stands alone."""
        if self.organisation.id is None:
            raise ValueError("Only an organisation has a second workspace: call begin_organisation first")
        return self._add_team(name, id, self.organisation.id, self.organisation.name)

    def add_company(self, name: str, *, id: str | None = None) -> Team:  # noqa: A002
        """The workspace of another company, to share channels with (Slack Connect)."""
        return self._add_team(name, id, None, "")

    def add_person(
        self,
        name: str,
        *,
        real_name: str | None = None,
        tz: str = "Europe/London",
        is_restricted: bool = False,
        is_ultra_restricted: bool = False,
        team_id: str | None = None,
        teams: Iterable[str] = (),
        id: str | None = None,  # noqa: A002
    ) -> Person:
        """A person of ours, or by `team_id` of another workspace or company; `teams` are where they are besides."""
        person = Person(
            id=id or self.ids.new("U"),
            name=name,
            real_name=real_name or name.replace(".", " ").title(),
            team_id=team_id or self.team_id,
            tz=tz,
            teams=tuple(teams),
            is_restricted=is_restricted or is_ultra_restricted,
            is_ultra_restricted=is_ultra_restricted,
        )
        self.people[person.id] = person
        return person

    def add_other_app(self, name: str, *, real_name: str | None = None, id: str | None = None) -> Person:  # noqa: A002
        """The bot user of an app that is not ours: what it says carries its `bot_id`."""
        bot = self.add_person(name, real_name=real_name, id=id)
        bot.is_bot, bot.bot_id, bot.app_id = True, self.ids.new("B"), self.ids.new("A")
        return bot

    def add_channel(
        self,
        name: str,
        *,
        kind: str = "channel",
        members: Iterable[str] = (),
        with_bot: bool = True,
        is_ext_shared: bool = False,
        team_id: str = "",
        shared_with: Iterable[str] = (),
        id: str | None = None,  # noqa: A002
    ) -> Channel:
        """A channel with these members (user ids). It tells no one: it has always been so.

        `team_id` is the workspace it stands in (ours by default), `shared_with` the others that have it too; with
        one of another company it is shared externally.
        """
        joined = {self.person(member).id for member in members} | ({self.bot_user_id} if with_bot else set())
        others = set(shared_with)
        for member in joined if kind != "im" else ():
            self._check_room_for(member)
        channel = Channel(
            id=id or self.ids.new(_PREFIX[kind]),
            name=name,
            kind=kind,
            members=joined,
            team_id=team_id or self.team_id,
            shared_with=others,
            is_ext_shared=is_ext_shared or not all(map(self.organisation.is_ours, others)),
        )
        channel.created = int(self.clock.now())
        channel.creator = min(joined - {self.bot_user_id}, default=self.bot_user_id)
        self.channels[channel.id] = channel
        return channel

    def add_usergroup(self, handle: str, users: Iterable[str], *, id: str | None = None) -> Usergroup:  # noqa: A002
        members = [self.person(user).id for user in users]
        group = Usergroup(id=id or self.ids.new("S"), handle=handle, name=handle.title(), users=members)
        self.usergroups[group.id] = group
        return group

    def deactivate(self, user_id: str) -> None:
        """The person's account is switched off: they are in no channel and no group any more, and can do nothing."""
        self.person(user_id).deleted = True
        for channel in self.channels.values():
            if channel.kind != "im":
                channel.members.discard(user_id)
        for group in self.usergroups.values():
            group.users = [each for each in group.users if each != user_id]

    def dm_of(self, user_id: str) -> Channel:
        """The direct messages between the app and this person, opened when there are none yet."""
        person = self.person(user_id)
        if person.is_bot:
            raise Refused("cannot_dm_bot")
        if person.deleted:
            raise Refused("user_disabled")
        if user_id not in self._dms:
            dm = self.add_channel("", kind="im", members=[user_id])
            dm.user = user_id
            self._dms[user_id] = dm.id
        return self.channels[self._dms[user_id]]

    def channels_of(self, team_id: str) -> list[Channel]:
        """Those a workspace has: its own, and what others share with it."""
        return [each for each in self.channels.values() if team_id == each.team_id or team_id in each.shared_with]

    def people_of(self, team_id: str) -> list[Person]:
        """Everybody in a workspace, and those of others who are in one of its channels."""
        there = {user_id for channel in self.channels_of(team_id) for user_id in channel.members}
        return [each for each in self.people.values() if each.is_in_team(team_id) or each.id in there]

    def has_app(self, channel: Channel) -> bool:
        """Whether the app is installed where the channel is."""
        return any(map(self.organisation.has_app, {channel.team_id, *channel.shared_with}))

    def person(self, user_id: str) -> Person:
        if user_id not in self.people:
            raise Refused("user_not_found")
        return self.people[user_id]

    def channel(self, channel_id: str) -> Channel:
        if channel_id not in self.channels:
            raise Refused("channel_not_found")
        return self.channels[channel_id]

    def message(self, channel_id: str, ts: str) -> Message:
        message = self.channel(channel_id).messages.get(ts)
        if message is None:
            raise Refused("message_not_found")
        return message

    def _check_room_for(self, user_id: str) -> None:
        """A single-channel guest is in one channel."""
        is_somewhere = any(user_id in each.members for each in self.channels.values() if each.kind != "im")
        if self.person(user_id).is_ultra_restricted and is_somewhere:
            raise Refused("ura_max_channels")

    def _add_team(self, name: str, id: str | None, enterprise_id: str | None, enterprise_name: str) -> Team:  # noqa: A002
        domain = "".join(each for each in name.lower().replace(" ", "-") if each.isalnum() or each == "-")
        team = Team(id or self.ids.new("T"), name, domain, enterprise_id, enterprise_name)
        self.organisation.teams[team.id] = team
        return team

    def _add_bot(self) -> Person:
        bot = self.add_person(self.manifest.bot_name.lower(), real_name=self.manifest.bot_name)
        bot.is_bot, bot.bot_id, bot.app_id = True, self.bot_id, self.app_id
        return bot
