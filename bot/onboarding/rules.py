"""Decides how far a team is brought on, and who may see and do that. Pure: nothing is kept of it, nothing reminds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256

from knowledge.people import People


class Step(StrEnum):
    """In the order in which they are shown. Any can be done at any time."""

    GROUP = "group"
    LINK = "link"
    DUTY = "duty"
    CHOICE = "choice"
    CHANNEL = "channel"


PROPOSED = (Step.GROUP, Step.DUTY, Step.CHANNEL)  # by a change to the handbook


@dataclass(frozen=True)
class Standing:
    """What the handbook, Slack and our records say of a team now. `chosen` is a title, "" for nothing chosen yet.

    `proposed` are addresses of what waits before the reviewers, by step.
    """

    team: str
    people: int = 0
    linked: int = 0
    can_link: bool = False
    duty: Sequence[str] = ()  # names
    chosen: str = ""
    chosen_on: date | None = None
    channel_id: str = ""
    is_watched: bool = False
    is_in_channel: bool = False
    proposed: Mapping[Step, str] = field(default_factory=dict)

    def is_done(self, step: Step) -> bool:
        match step:
            case Step.GROUP:
                return self.people > 0
            case Step.LINK:
                return self.linked > 0
            case Step.DUTY:
                return bool(self.duty)
            case Step.CHOICE:
                return bool(self.chosen)
            case Step.CHANNEL:
                return self.is_watched and self.is_in_channel

    @property
    def done(self) -> int:
        return sum(map(self.is_done, Step))

    @property
    def next_step(self) -> Step | None:
        """The first that is not done; None when the team is brought on."""
        return next((each for each in Step if not self.is_done(each)), None)


@dataclass(frozen=True)
class Access:
    """`own` are the teams the person is in, `leading` those they may bring on, the platform team all of them."""

    own: tuple[str, ...]
    leading: tuple[str, ...]
    is_platform: bool = False


def access(user_id: str, own: Collection[str], people: People, *, is_platform: bool, today: date) -> Access:
    """The leads that a team names may bring it on; whoever is in it where none are named; and the platform team."""

    def leads(name: str) -> bool:
        named = people.teams[name].leads_on(today)
        return user_id in named if named else name in own

    leading = tuple(name for name in people.teams if is_platform or leads(name))
    return Access(tuple(own), leading, is_platform)


def subject(team: str, step: Step, files: Mapping[str, str]) -> str:
    """Of a proposal: at most 40 characters, the same for the same change of the same files."""
    whole = "\0".join(f"{name}\0{files[name]}" for name in sorted(files))
    return f"{begin(team)}{step}:{_digest(whole)}"


def begin(team: str) -> str:
    """What all subjects of the team begin with."""
    return f"start:{_digest(team)}:"


def step_of(proposal: str) -> Step | None:
    """The step that a proposal with that subject is of."""
    name = proposal.split(":")[-2] if proposal.count(":") == 3 else ""
    return Step(name) if name in set(Step) else None


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
