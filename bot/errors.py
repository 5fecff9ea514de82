"""One tree of errors. A class's docstring is its default message, written for the person who sees it.

Expected refusals are return values, not errors.
"""

import re
from collections.abc import Sequence
from typing import Any


class MentorError(Exception):
    """Something went wrong inside Mentor."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])


class SettingsInvalid(MentorError):
    """The settings have problems; each is listed with what to do."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class HandbookBroken(MentorError):
    """The handbook has errors and was not taken into use."""

    def __init__(self, message: str | None = None, problems: Sequence[Any] = ()) -> None:
        self.problems = problems  # each a knowledge.problem.Problem, which this module must not know
        super().__init__(message or "\n".join(map(str, problems)) or None)


class PayloadMalformed(MentorError):
    """What came from Slack has not the form Slack documents."""


CODE = re.compile(
    r"[a-z][a-z0-9_]{0,79}"
)  # as Slack writes why it refuses; whatever else stands there may be a quotation
NO_CODE = "no_code_of_slacks"

# Mended by an operator: the token is wrong, gone or may too little.
TOKEN_TROUBLE = {
    "invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive",
    "token_revoked", "token_expired", "missing_scope",
}  # fmt: skip


class SlackError(MentorError):
    """Slack did not do what was asked."""


class SlackRefused(SlackError):
    """Slack refused the call, so nothing happened."""

    def __init__(self, method: str, code: str) -> None:
        self.method = method
        self.code = code = code if CODE.fullmatch(code) else NO_CODE
        token = "SLACK_APP_TOKEN" if method == "apps.connections.open" else "SLACK_BOT_TOKEN"
        super().__init__(f"Slack refused {method}: {code}" + (f" (check {token})" if self.is_token_trouble else ""))

    @property
    def is_token_trouble(self) -> bool:
        return self.code in TOKEN_TROUBLE


class InstalledForAll(SlackError):
    """SLACK_BOT_TOKEN is of an app installed for a whole organisation: install it in one workspace, set that token."""


class SlackRateLimited(SlackError):
    """Slack asks to wait, so nothing happened."""

    def __init__(self, method: str, retry_after_s: float) -> None:
        self.method = method
        self.retry_after_s = retry_after_s
        super().__init__(f"{method}: rate limited for {retry_after_s:g} s")


class SlackUnclear(SlackError):
    """Slack's reply was lost or broken: the call may or may not have happened."""

    def __init__(self, method: str, reason: str) -> None:
        self.method = method
        super().__init__(f"{method}: {reason}")


class GitFailed(MentorError):
    """Git could not do what was asked."""


class GitBusy(GitFailed):
    """The Git host asks to wait, so nothing happened."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class GitChanged(GitFailed):
    """What the change was made from stands there no more, so nothing was proposed."""


class AuditKeyUnusable(MentorError):
    """There is no key to seal the audit log with."""


class AuditKeyOther(MentorError):
    """The audit log was sealed with another key so far."""

    def __init__(self, before: str, given: str) -> None:
        super().__init__(
            f"The audit log was sealed with another key ({before}, not {given}). Set MENTOR_AUDIT_KEY to that key, or "
            "put audit.key back, on every replica. If it is lost: `mentor audit new-key` goes on with this one."
        )


class AuditUnreadable(MentorError):
    """A row of the audit log holds what was never written there."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"row {number} holds what was never written there and cannot be read")


class DirectFailed(MentorError):
    """The action could not be started or looked up; it is tried again."""


class DirectUnclear(DirectFailed):
    """The reply was lost: the action may or may not have begun. It is looked up before it is tried again."""


class DirectRefused(DirectFailed):
    """The operator's settings, or whoever was asked, do not allow the action; trying again does not help."""

    def __init__(self, message: str | None = None, code: str = "") -> None:
        self.code = code  # AWS's own word for it; "" where there is none
        super().__init__(message)


class CannotListen(MentorError):
    """The bot's own pages cannot be served where the settings say."""


class BackupRefused(MentorError):
    """Nothing was written: a backup and a restore overwrite nothing."""


class CopyBroken(MentorError):
    """The copy of the database is not whole."""
