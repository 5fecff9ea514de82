"""The app as payloads and answers name it, and whom and where they may speak of. Looked up live; decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.model import Channel, Person, View
from sandbox.organisation import Organisation


@dataclass(frozen=True)
class Installation:
    """The app in its workspace or organisation, and whom and where its payloads may speak of."""

    organisation: Organisation
    app_id: str
    bot_id: str
    bot_user_id: str
    bot_name: str = "mentor"
    people: Mapping[str, Person] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    home_views: Mapping[str, View] = field(default_factory=dict)  # by person

    @property
    def team_id(self) -> str:
        return self.organisation.team_id

    def team_of(self, user_id: str, channel: Channel | None = None) -> str:
        """The workspace somebody acts from: the channel's or ours where they are in it, else their home."""
        person = self.people.get(user_id)
        if person is None:
            return self.team_id
        nearest = (channel.team_id if channel else "", self.team_id)
        return next((each for each in nearest if person.is_in_team(each)), person.team_id)

    def is_in(self, channel_id: str) -> bool:
        """Whether the app sees this channel; its own DMs count."""
        channel = self.channels[channel_id]
        return channel.user is not None or self.bot_user_id in channel.members
