"""Whether the operator's settings allow what an entry of the catalogue calls. Pure: nothing is asked.

Whether AWS lets the bot do it is seen when it is called. Who of the people may is `bot.authority`'s.
"""

from typing import TypeAlias
from urllib.parse import urlsplit

from bot.arn import Arn, is_allowed, partition_of, read_arn
from bot.config import HERE, DirectSettings
from knowledge.actions import Lambda, StepFunction, Webhook

CalledBackend: TypeAlias = StepFunction | Lambda | Webhook

SHAPES = {
    "states": "the ARN of a state machine (arn:aws:states:REGION:ACCOUNT:stateMachine:NAME)",
    "lambda": "the ARN of a function (arn:aws:lambda:REGION:ACCOUNT:function:NAME)",
    "dynamodb": "the name of a table",
    "iam": "the ARN of a role (arn:aws:iam::ACCOUNT:role/NAME)",
}
LONGEST_SHOWN = 200  # characters


def why_refused(backend: CalledBackend, settings: DirectSettings) -> str:
    """What forbids it and how to mend it, as a sentence; "" when it is allowed."""
    match backend:
        case Webhook():
            return _of_url("url", backend.url, settings) or _of_url("lookup", backend.lookup, settings)
        case StepFunction():
            asked = [("arn", "states", backend.arn)]
        case Lambda():
            asked = [("arn", "lambda", backend.arn), ("table", "dynamodb", table_arn(backend))]
    if backend.role:
        asked.append(("role", "iam", backend.role))
    return next(filter(None, (_of_arn(backend, *each, settings) for each in asked)), "")


def table_arn(backend: Lambda) -> str:
    """Of the table that the function keeps, which stands where the function does."""
    return f"arn:{partition_of(backend.region)}:dynamodb:{backend.region}:{backend.account}:table/{backend.table}"


def address(url: str) -> str:
    """The host and port it leads to, as MENTOR_WEBHOOK_HOSTS names them; "" when Mentor calls nothing of its kind."""
    if not (url.isascii() and url.isprintable()) or any(mark in url for mark in '\\@# "<>^`|'):
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # brackets that do not match, a port that is no number
        return ""
    is_private_way = parts.scheme == "https" or (parts.scheme == "http" and host in HERE)
    if not host or port == 0 or not is_private_way:
        return ""
    return f"{f'[{host}]' if ':' in host else host}:{port or (443 if parts.scheme == 'https' else 80)}"


def _of_arn(backend: StepFunction | Lambda, field: str, service: str, text: str, settings: DirectSettings) -> str:
    arn = read_arn(text)
    if arn is None or arn.service != service:
        return f"{field}: {_shown(text)} is not {SHAPES[service]}."
    if not _is_at_home(arn, backend):
        return f"{field}: {arn} is not in the entry's account {backend.account} and region {backend.region}."
    if not is_allowed(arn, settings.aws_allowed):
        return f"{field}: MENTOR_AWS_ALLOWED does not name {arn}; an operator can add it."
    return ""


def _is_at_home(arn: Arn, backend: StepFunction | Lambda) -> bool:
    is_there = arn.region == backend.region or arn.service == "iam"  # a role is the same in all regions
    return arn.account == backend.account and arn.partition == partition_of(backend.region) and is_there


def _of_url(field: str, url: str, settings: DirectSettings) -> str:
    place = address(url)
    if not place:
        return (
            f"{field}: {_shown(url)} is no address that is called; write https://HOST/PATH without a name or password "
            "in it (http is accepted on this machine only)."
        )
    if place not in settings.webhook_hosts:
        return f"{field}: MENTOR_WEBHOOK_HOSTS does not name {place}; an operator can add it."
    if not settings.webhook_secret:
        return "MENTOR_WEBHOOK_SECRET is not set; an operator can set it."
    return ""


def _shown(text: str) -> str:
    """Not our text: what is hidden in it is seen, and little of it."""
    return ascii(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")
