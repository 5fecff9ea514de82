"""ARNs: read strictly, part by part, and held against what an operator allows. Pure.

Knows only what Mentor calls: state machines, functions, the tables these keep, and roles. Asks AWS nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_RESOURCES = {
    "states": r"stateMachine:[A-Za-z0-9_-]{1,80}",  # no version or alias: their executions have other ARNs
    "lambda": r"function:[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9_-]{1,128})?",
    "dynamodb": r"table/[A-Za-z0-9_.-]{3,255}",
    "iam": r"role/(?:[A-Za-z0-9_+=,.@-]{1,64}/){0,8}[A-Za-z0-9_+=,.@-]{1,64}",
}
SHAPES = {  # by service; read_arn looks closer at where it is
    service: re.compile(rf"arn:(aws|aws-cn|aws-us-gov):({service}):([a-z0-9-]{{0,25}}):([0-9]{{12}}):({resource})")
    for service, resource in _RESOURCES.items()
}
_REGION = re.compile(r"(?![a-z]{2}-iso)[a-z]{2}(?:-[a-z]{2,10}){1,2}-[1-9]")
_LONGEST = 400  # characters


@dataclass(frozen=True)
class Arn:
    """`region` is "" for a role, which is the same in all of them."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


@dataclass(frozen=True)
class Allowed:
    """What the operator allows: this one, or all whose name begins so."""

    arn: Arn
    is_beginning: bool = False


def read_arn(text: str) -> Arn | None:
    """None for whatever is no ARN of a state machine, a function, a table or a role, letter by letter."""
    if len(text) > _LONGEST:
        return None
    found = next((found for shape in SHAPES.values() if (found := shape.fullmatch(text))), None)
    arn = Arn(*found.groups()) if found else None
    return arn if arn and _is_placed(arn) else None


def read_allowed(text: str) -> Allowed | None:
    """An ARN, at whose end a `*` may stand for the rest of the name; of roles only whole ones. None for all else."""
    if not text.endswith("*"):
        arn = read_arn(text)
        return Allowed(arn) if arn else None
    beginning = text.removesuffix("*")
    sample = read_arn(beginning + "xxx")  # the shortest name that all of them take
    if sample is None or sample.service == "iam":
        return None
    resource = sample.resource.removesuffix("xxx")
    return Allowed(Arn(sample.partition, sample.service, sample.region, sample.account, resource), is_beginning=True)


def partition_of(region: str) -> str:
    """The part of AWS that a region belongs to."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def is_allowed(arn: Arn, allowed: Iterable[Allowed]) -> bool:
    """Whether one of them is or covers it. Nothing is, when there are none."""
    return any(_covers(entry, arn) for entry in allowed)


def _covers(entry: Allowed, arn: Arn) -> bool:
    if not entry.is_beginning:
        return entry.arn == arn
    place = (arn.partition, arn.service, arn.region, arn.account)
    if place != (entry.arn.partition, entry.arn.service, entry.arn.region, entry.arn.account):
        return False
    rest = arn.resource.removeprefix(entry.arn.resource)
    return arn.resource.startswith(entry.arn.resource) and not set(rest) & {":", "/"}  # one name, not a place below


def _is_placed(arn: Arn) -> bool:
    """A role has no region; all else has one, in its own part of AWS."""
    if arn.service == "iam":
        return not arn.region
    return _REGION.fullmatch(arn.region) is not None and partition_of(arn.region) == arn.partition
