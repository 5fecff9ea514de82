"""Calls to AWS for one run: to the account that was named and no other, in threads, each sent once, all in time.

Which calls make a run is in `bot.actions.machines` and `bot.actions.functions`. Needs the extra `aws`.
"""

import asyncio
import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.actions.allowed import why_refused
from bot.actions.direct import Run
from bot.config import DirectSettings
from bot.errors import DirectFailed, DirectRefused, DirectUnclear
from knowledge.actions import Lambda, StepFunction

if TYPE_CHECKING:
    import boto3

CONNECT_S, READ_S = 5, 8
CALL_S = 15.0  # for a reply that comes drop by drop
BUDGET_S = 40.0  # no call is begun after it, so that all end within a work's lease of 60 s
ANY_REGION = "us-east-1"  # STS says the same in all of them
SESSION_S = 900  # the shortest that STS gives
BUSY = {
    "ExecutionLimitExceeded", "KMSThrottlingException", "KmsThrottlingException", "LimitExceededException",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestTimeout", "ResourceConflictException",
    "ResourceNotReadyException", "Throttling", "ThrottlingException", "TooManyRequestsException",
}  # fmt: skip
STALE = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}  # another try has newer credentials


@dataclass(frozen=True)
class Account:
    """The entry's account, as one run sees it."""

    session: "boto3.Session"
    region: str
    endpoint_url: str  # "": AWS's own
    ends_at: float  # by time.monotonic
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)  # the role's; {}: the bot's own

    async def call(self, service: str, operation: str, *, wanted: str = "", **arguments: Any) -> Any:
        """AWS's reply, with what is `wanted` in it. Raises DirectUnclear when it was lost, DirectRefused when AWS says
        no, else DirectFailed.
        """
        if time.monotonic() > self.ends_at:
            raise DirectFailed("AWS takes too long; it is tried again.")
        try:
            async with asyncio.timeout(CALL_S):
                reply = await asyncio.to_thread(self._called, service, operation, arguments)
        except TimeoutError:
            raise DirectUnclear(f"AWS did not answer {operation} in time; it is looked up.") from None
        if wanted and wanted not in reply:  # a broken answer is an empty one to boto3
            raise DirectUnclear(f"AWS answered {operation} without {wanted}; it is looked up.")
        return reply

    def _called(self, service: str, operation: str, arguments: dict[str, Any]) -> Any:
        import botocore.exceptions as refusals
        from botocore.config import Config
        from botocore.parsers import ResponseParserError

        once = Config(connect_timeout=CONNECT_S, read_timeout=READ_S, retries={"total_max_attempts": 1})
        try:
            client = self.session.client(
                service, region_name=self.region, endpoint_url=self.endpoint_url or None, config=once, **self.keys
            )
            reply = getattr(client, operation)(**arguments)
            if "Payload" in reply:
                reply["Payload"] = reply["Payload"].read(65536).decode(errors="replace")
        except refusals.ClientError as error:
            raise _refusal(operation, error.response) from None
        except refusals.ParamValidationError:
            raise DirectRefused(f"AWS takes no such {operation}; check the entry in the catalogue.") from None
        except (refusals.NoCredentialsError, refusals.PartialCredentialsError):
            raise DirectFailed("The bot has no AWS credentials; an operator can set them (docs/direct.md).") from None
        except (refusals.BotoCoreError, ResponseParserError, ValueError, OSError) as error:
            raise DirectUnclear(f"AWS did not answer {operation} ({type(error).__name__}); it is looked up.") from None
        return reply


async def account_of(run: Run, settings: DirectSettings) -> Account:
    """The account that the entry names, by its role where it has one; what the operator allows is checked first."""
    assert isinstance(run.backend, StepFunction | Lambda)
    if why := why_refused(run.backend, settings):
        raise DirectRefused(why)
    session = await asyncio.to_thread(_new_session)
    ends_at = time.monotonic() + BUDGET_S
    account = Account(session, run.backend.region, settings.aws_endpoint_url, ends_at)
    if run.backend.role:
        account = await _as_role(account, run, run.backend.role)
    identity = await account.call("sts", "get_caller_identity", wanted="Account")
    if identity["Account"] != run.backend.account:
        raise DirectRefused(
            f"The bot's AWS credentials are of account {identity['Account']}, and the entry's account is "
            f"{run.backend.account}; name a `role` of that account in the entry."
        )
    return account


async def own_account(settings: DirectSettings) -> str:
    """Whose credentials the bot has. Raises DirectFailed, which DirectUnclear and DirectRefused are."""
    session = await asyncio.to_thread(_new_session)
    regions = [each.arn.region for each in settings.aws_allowed if each.arn.region]
    account = Account(session, next(iter(regions), ANY_REGION), settings.aws_endpoint_url, time.monotonic() + BUDGET_S)
    identity = await account.call("sts", "get_caller_identity", wanted="Account")
    return str(identity["Account"])


async def _as_role(account: Account, run: Run, role: str) -> Account:
    """The session bears the requester's name: CloudTrail then says for whom it was."""
    given = await account.call(
        "sts",
        "assume_role",
        wanted="Credentials",
        RoleArn=role,
        RoleSessionName=run.requester,
        DurationSeconds=SESSION_S,
    )
    keys = given["Credentials"]
    return replace(
        account,
        keys={
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        },
    )


def _new_session() -> "boto3.Session":
    try:
        import boto3
    except ImportError:
        raise DirectRefused("Actions at AWS need more than is installed: `pip install 'mentor[aws]'`.") from None
    from botocore.exceptions import BotoCoreError
    from botocore.session import get_session

    try:
        core = get_session()
        session = boto3.Session(botocore_session=core)
        core.register_component("data_loader", _descriptions())
    except BotoCoreError as error:
        raise DirectFailed(f"AWS's settings of the bot cannot be used ({type(error).__name__}); mend them.") from None
    return session


@functools.cache
def _descriptions() -> object:
    """How AWS's services are called: big files, which each session by itself would read and parse again."""
    from botocore.session import get_session

    return get_session().get_component("data_loader")


def _refusal(operation: str, response: Any) -> DirectFailed:
    """By AWS's code alone: its text may hold what was sent."""
    code = str(response.get("Error", {}).get("Code", ""))[:80]
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in BUSY or code in STALE or status in (408, 429):
        return DirectFailed(f"AWS asks to wait with {operation} ({code}); it is tried again.")
    if status >= 500 or status < 400:
        return DirectUnclear(f"AWS has trouble with {operation} ({status}); it is looked up.")
    if code.startswith("AccessDenied") or status == 403:
        words = f"AWS does not let the bot do {operation} ({code}); check its rights (docs/direct.md)."
        return DirectRefused(words, code)
    return DirectRefused(f"AWS refused {operation} ({code}).", code)
