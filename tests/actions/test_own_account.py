"""Whose AWS credentials the bot has, as `mentor doctor` tells it."""

import pytest

from bot.actions.aws import own_account
from bot.config import Settings, read_settings
from bot.errors import DirectFailed
from bot.findings import Finding, Level
from bot.live_findings import aws_finding
from tests.actions.cloud import ACCOUNT, MACHINE, OTHER_ACCOUNT, Cloud


def settings(cloud: Cloud, allowed: str = MACHINE) -> Settings:
    return read_settings({"MENTOR_AWS_ALLOWED": allowed, "MENTOR_AWS_ENDPOINT_URL": cloud.url})


async def test_bots_own_account_is_the_one_aws_says(cloud: Cloud) -> None:
    assert await own_account(settings(cloud).direct) == ACCOUNT
    assert await aws_finding(settings(cloud)) == Finding(
        Level.OK, "AWS", f"the bot's credentials are of account {ACCOUNT}"
    )


async def test_account_that_nothing_allows_is_a_warning(cloud: Cloud) -> None:
    finding = await aws_finding(settings(cloud, MACHINE.replace(ACCOUNT, OTHER_ACCOUNT)))

    assert finding.level is Level.WARNING
    assert finding.found.endswith(f"of account {ACCOUNT}; MENTOR_AWS_ALLOWED names {OTHER_ACCOUNT}")


async def test_without_credentials_that_is_a_problem(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    with pytest.raises(DirectFailed, match="has no AWS credentials"):
        await own_account(settings(cloud).direct)
    finding = await aws_finding(settings(cloud))
    assert (finding.level, finding.found) == (Level.PROBLEM, "The bot has no AWS credentials")
