"""`actions/*.yaml`: the catalogue of what people may do for themselves, an entry a file.

What an entry is. How the files are read is in `knowledge.action_files`; who may run one is decided in
`bot.authority`, what it writes in `bot.actions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeAlias

Json: TypeAlias = Any  # what `json` gives and takes


class Mode(StrEnum):
    """How the state of the platform is changed by it."""

    PROPOSAL = "proposal"  # proposed to Git, pulled by a controller
    DIRECT = "direct"  # pushed
    BREAK_GLASS = "break-glass"  # pushed, announced, and declared afterwards


class InputType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    TEAM = "team"  # a name under `teams` in people.yaml
    PERSON = "person"
    DATE = "date"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class ChoicesFrom:
    """Choices that stand in a file of a repository: the keys of the mapping there, or the items of the list."""

    repository: str
    file: str
    at: tuple[str, ...] = ()  # keys that lead to it; () is the whole file


@dataclass(frozen=True)
class Input:
    """What the form asks for. `default` is written as a person would type it; "" is none."""

    name: str
    type: InputType
    label: str
    hint: str = ""
    is_required: bool = True
    default: str = ""
    pattern: str = ""  # text: the whole of it must match
    longest: int = 100  # text: characters
    least: float | None = None  # number
    most: float | None = None
    is_whole: bool = True  # number: no fraction
    choices: tuple[str, ...] = ()
    choices_from: ChoicesFrom | None = None
    earliest_days: int | None = None  # date: from the day it is asked; negative is before it
    latest_days: int | None = None
    is_any_team: bool = False  # team: also those the person is not in


@dataclass(frozen=True)
class Who:
    """Who may run it. Guests may only where `guests` names them."""

    all_teams: bool = False  # whoever is in a team
    teams: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # names under `approvers`, or platform_team, or duty
    people: tuple[str, ...] = ()  # Slack ids
    guests: tuple[str, ...] = ()  # Slack ids


@dataclass(frozen=True)
class Approval:
    """Who must agree, and how many of them.

    `when` names inputs and values: it is necessary where each of the inputs has one of its values; {} is always.
    """

    by: str  # a name under `approvers`, or platform_team, or duty
    people: int = 1
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expires_working_days: int = 3  # 0: see `expires_after`
    expires_after: timedelta | None = None  # by the clock, not by working time
    may_be_urgent: bool = False  # the asker may say it is urgent; then the duty group approves


class Verb(StrEnum):
    """What becomes of a file, or of something in it."""

    CREATE = "create"  # the file is new
    REPLACE = "replace"  # the whole file, whether it is there or not
    DELETE = "delete"  # the file
    SET = "set"  # values in it
    ADD = "add"  # an entry to a list or mapping in it
    REMOVE = "remove"  # an entry of a list or mapping in it


@dataclass(frozen=True)
class Change:
    """A change to one file. Every text may hold placeholders: `{name}` as a whole leaf, or within a path segment.

    CREATE, REPLACE: `content` is the whole file. SET: `content` maps dotted paths to new values. ADD: `content` is the
    new entry, put into the list or mapping `at`; into a mapping under the key `key`; in a list, `key` names the item's
    field that no other item may share ("" for plain items). REMOVE: from the list or mapping `at`, the entry under
    `key`, or the one item that has all of `where`, or the plain item `content`.
    """

    file: str
    verb: Verb
    content: Json = None
    at: tuple[str, ...] = ()
    key: str = ""
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GitBackend:
    """A proposal to a repository of repositories.yaml."""

    repository: str
    changes: tuple[Change, ...]
    merges_on_approval: bool = False
    needs_review: bool = False  # high risk: somebody agrees on the pull request itself, outside Slack
    needs_author: bool = False  # refused where the asker's Git account is not known


@dataclass(frozen=True)
class StepFunction:
    """`account` and the ARN must be among those that the operator allows. `input` is filled like a file's content.

    Started under the request's id as its name, which AWS takes once; its outcome is looked up by that name.
    """

    account: str
    region: str
    arn: str
    input: Json = None
    role: str = ""  # to assume, the session named for the requester; "": the bot's own


@dataclass(frozen=True)
class Lambda:
    """Invoked with the request's id. The function keeps that id in the table when it begins, and says there how it
    went: by this a lost reply is looked up.
    """

    account: str
    region: str
    arn: str
    table: str  # DynamoDB, its key `request_id`, with `state` (running | done | failed) and maybe `message`
    input: Json = None
    role: str = ""


@dataclass(frozen=True)
class Webhook:
    """A signed POST with the request's id as its idempotency key; GET of `lookup` with {request} tells the outcome."""

    url: str
    lookup: str
    input: Json = None


Backend: TypeAlias = GitBackend | StepFunction | Lambda | Webhook


@dataclass(frozen=True)
class Action:
    """An entry. `declares` is the change that writes down what a break-glass run made so."""

    id: str
    title: str
    summary: str
    mode: Mode
    who: Who
    backend: Backend
    inputs: tuple[Input, ...] = ()
    approval: Approval | None = None
    questions: tuple[str, ...] = ()
    capability: str = ""
    owner: str = ""  # a team or group of people.yaml
    stuck_after: timedelta = timedelta(hours=1)  # merged and not live for so long is told to the platform team
    declares: GitBackend | None = None
    file: str = field(default="", compare=False)  # where it stands in the handbook
    line: int = field(default=1, compare=False)

    def input(self, name: str) -> Input | None:
        return next((each for each in self.inputs if each.name == name), None)
