"""What every method is given, and the scope checks that depend on the kind of channel."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.installation import Installation
from sandbox.manifest import METHOD_ACCESS, scope_for
from sandbox.model import Channel, Json
from sandbox.refused import Refused
from sandbox.web_api.arguments import Arguments
from sandbox.workspace import Workspace


@dataclass(frozen=True)
class Api:
    workspace: Workspace
    installation: Installation
    socket_url: Callable[[], str]

    def readable(self, method: str, channel_id: str) -> Channel:
        """The channel, if the app may know of it and has the scope for its kind."""
        channel = self.workspace.app.visible(channel_id)
        self.require_scope(scope_for(METHOD_ACCESS[method], channel.kind))
        return channel

    def joined(self, method: str, channel_id: str) -> Channel:
        """The channel, if besides the app is in it."""
        channel = self.readable(method, channel_id)
        if self.workspace.bot_user_id not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def team_asked(self, arguments: Arguments) -> str:
        """The workspace to list from. A token of the whole organisation must name one; from others none is heard."""
        organisation = self.workspace.organisation
        if not organisation.is_whole_install:
            return self.workspace.team_id
        team_id = arguments.text("team_id")
        if not team_id:
            raise Refused("missing_argument")
        if not organisation.has_app(team_id):
            raise Refused("team_access_not_granted")
        return team_id

    def require_scope(self, *any_of: str) -> None:
        """Raises Refused unless the app has one of these scopes."""
        scopes = self.workspace.manifest.bot_scopes
        if not scopes & set(any_of):
            needed = ",".join(sorted(any_of))
            raise Refused("missing_scope", {"needed": needed, "provided": ",".join(sorted(scopes))})


Method = Callable[[Api, Arguments], Json]
