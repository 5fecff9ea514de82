"""Whom a survey is for: its `audience`, how it is read and held against the rest of the handbook.

Who that is on a given day is worked out in `bot.surveys`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from knowledge import strict_yaml
from knowledge.capabilities import Capability, Status
from knowledge.channels import Channels
from knowledge.people import People
from knowledge.schema import Fields, Value, clip, did_you_mean
from knowledge.surveys import Audience

NARROWING = ("channels", "teams", "groups", "ran", "asked", "did_not_choose")
KEYS = ("everyone", *NARROWING)
NOT_CHOSEN = (Status.ONLY_WAY, Status.MANDATED)  # nobody is free to leave these


@dataclass(frozen=True)
class Around:
    """What else the handbook says; None for what has errors itself, of which nothing is held against surveys."""

    people: People | None
    channels: Channels | None
    actions: Collection[str] | None  # ids
    capabilities: Mapping[str, Capability] | None

    def check_action(self, value: Value, id_: str) -> None:
        if self.actions is not None and id_ not in self.actions:
            fix = did_you_mean(id_, sorted(self.actions), otherwise="write its file in actions/, or take it out")
            value.wrong(f'there is no action "{clip(id_)}"', fix)

    def check_team(self, value: Value, name: str) -> None:
        if self.people is not None and name not in self.people.teams:
            value.dangling(name, "teams in people.yaml", tuple(self.people.teams))

    def check_channel(self, value: Value, id_: str) -> None:
        """Only a watched one: the bot knows who is in it, and people there have read what it keeps."""
        if self.channels is not None and self.channels.watched(id_) is None:
            known = tuple(each.id for each in self.channels.channels)
            value.dangling(id_, "channels in channels.yaml", known)


def read_audience(value: Value, around: Around) -> Audience | None:
    fields = value.fields(*KEYS)
    _check_somebody(fields)
    asked = fields.get("asked", lambda it: _said(it.yes_or_no()), ())
    return Audience(
        channels=fields.get("channels", lambda it: _read_channels(it, around), ()),
        teams=fields.get("teams", lambda it: read_ids(it, Value.name, around.check_team), ()),
        groups=fields.get("groups", lambda it: read_ids(it, Value.usergroup_id), ()),
        ran=fields.get("ran", lambda it: read_ids(it, Value.name, around.check_action), ()),
        asked=asked[0] if asked else None,
        did_not_choose=fields.get("did_not_choose", lambda it: _read_capability(it, around), ""),
    )


def read_ids(
    value: Value, read: Callable[[Value], str | None], check: Callable[[Value, str], None] | None = None
) -> tuple[str, ...]:
    """At least one, each once; `check` notes one that leads nowhere."""
    found: list[str] = []
    items = value.items()
    for item in items:
        id_ = read(item)
        if id_ is None:
            continue
        if id_ in found:
            item.wrong(f"{clip(id_)} is listed twice", "keep one of the two")
        elif check is not None:
            check(item, id_)
        found.append(id_)
    if not items and isinstance(value.node, strict_yaml.Sequence):
        value.wrong("the list is empty, so nobody would be asked", "name at least one, or take the key out")
    return tuple(found)


def _said(answer: bool | None) -> tuple[bool, ...] | None:
    """In a tuple, for `no` is an answer too."""
    return None if answer is None else (answer,)


def _check_somebody(fields: Fields) -> None:
    """Nobody is asked by an oversight: everyone is said, or something narrows them down."""
    narrowed = [key for key in NARROWING if key in fields]
    if "everyone" in fields:
        is_everyone = fields["everyone"].yes_or_no()
        if is_everyone and narrowed:
            what = f"this is everyone, and {narrowed[0]} says who"
            fields["everyone"].wrong(what, f"take one of the two out; {narrowed[0]} alone narrows it down")
        elif is_everyone is False:
            fields["everyone"].wrong("this says who it is not for", f"say who it is for: {', '.join(NARROWING)}")
    elif not narrowed and isinstance(fields.whole.node, strict_yaml.Mapping):
        fields.whole.wrong("nobody is named", "write `{everyone: yes}`, or for example `{channels: [C0123ABCD]}`")


def _read_channels(value: Value, around: Around) -> tuple[str, ...]:
    return read_ids(value, lambda it: _read_channel(it, around), around.check_channel)


def _read_channel(value: Value, around: Around) -> str | None:
    """Its id; who wrote its name is told the id."""
    text = value.text()
    watched = around.channels.channels if around.channels else ()
    own = next((each for each in watched if text and each.name == text.removeprefix("#")), None)
    if own is not None and text != own.id:
        value.wrong(f'"{clip(own.name)}" is a channel\'s name, and names change', f"write its id: {own.id}")
        return None
    return value.channel_id()


def _read_capability(value: Value, around: Around) -> str | None:
    name = value.name()
    if name is None or around.capabilities is None:
        return name
    found = around.capabilities.get(name)
    if found is None:
        value.dangling(name, "capabilities.yaml", tuple(around.capabilities))
    elif found.status in NOT_CHOSEN:
        fix = "name one that is optional, a pilot or a policy; or ask its users, by `ran`"
        value.wrong(f'"{name}" is {found.status}, so no team was free not to choose it', fix)
    return name
