"""What the doctor finds of what actions reach: repositories, what reports from them, AWS. Changes nothing there."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bot.actions import aws
from bot.check import refused_entries
from bot.config import HookSettings, Settings
from bot.errors import DirectFailed, GitFailed
from bot.findings import Finding, Level
from bot.git.access import Access, access_of, version_in
from bot.git.command import Git
from bot.git.hosts import live_host
from bot.git.plain import PlainHost
from knowledge.loader import Handbook
from knowledge.repositories import LiveRepository, Reporter

MERGES_FROM = [2, 38]  # git's version from which it merges without a folder of files
LOOKS_S = 30.0  # for one repository
TRIED_AGAIN = "; it is tried again"  # as a worker's work is
HOOKS = {Reporter.ARGOCD: ("Argo CD", "MENTOR_ARGOCD_TOKEN"), Reporter.FLUX: ("Flux", "MENTOR_FLUX_HMAC_KEY")}


async def live_findings(settings: Settings, handbook: Handbook) -> list[Finding]:
    """Of a handbook without actions that leave the bot's machine there is nothing to find."""
    with tempfile.TemporaryDirectory() as folder:  # git needs a place, and the bot's own stays as it is
        here = replace(settings, data_folder=Path(folder))
        looked = [await _repository(each, here) for each in handbook.repositories]
    findings = [*looked, *_hooks(handbook.repositories, settings.hooks)]
    if handbook.repositories:
        findings.append(await git_finding(settings))
    refused = refused_entries(handbook.actions, settings.direct)
    findings += [Finding(Level.WARNING, f"{each.file}: {each.field}", each.what, each.fix) for each in refused]
    if settings.direct.aws_allowed:
        findings.append(await aws_finding(settings))
    return findings


async def _repository(repository: LiveRepository, settings: Settings) -> Finding:
    name = f"repository {repository.name}"
    try:
        async with asyncio.timeout(LOOKS_S):
            host = live_host(repository, settings)
            access = await access_of(host)
    except TimeoutError:
        return Finding(Level.PROBLEM, name, f"does not answer within {LOOKS_S:.0f} s", "check the network, or a proxy")
    except GitFailed as error:
        return _failed(name, error, "correct repositories.yaml, or what the bot may read")
    if isinstance(host, PlainHost) and any(each.reporter is Reporter.STATUS for each in repository.controllers):
        found = "names a commit status, and a plain repository has none: nothing is seen to become live by it"
        return Finding(Level.WARNING, name, found, "give a token for its host, or name an argocd or flux object")
    return _access_finding(name, access)


def _failed(name: str, error: GitFailed, otherwise: str) -> Finding:
    """With the advice that stands in it. What comes after a colon is others' words, and the doctor tries once."""
    what = str(error).rstrip(".")
    if what.endswith(TRIED_AGAIN):
        return Finding(
            Level.PROBLEM, name, what.removesuffix(TRIED_AGAIN), "try again, or check the network and a proxy"
        )
    what, _, fix = (what, "", "") if ": " in what else what.partition("; ")
    return Finding(Level.PROBLEM, name, what, fix or otherwise)


def _access_finding(name: str, access: Access) -> Finding:
    where = f"is there, on {access.branch}" if access.branch else "is there"
    scopes = f"; the token's scopes: {', '.join(access.scopes) or 'none'}" if access.scopes is not None else ""
    match access.may_push:
        case True:
            return Finding(Level.OK, name, f"{where}, and the bot may propose to it{scopes}")
        case False:
            found = f"{where}, and the bot may not push to it{scopes}{f': {access.why_not}' if access.why_not else ''}"
            return Finding(Level.PROBLEM, name, found, _FIXES[access.host])
    found = f"{where}; whether the bot may push to it is not told{scopes}"
    return Finding(Level.WARNING, name, found, "try an action")


_FIXES = {
    "GitHub": "give the token write access to its contents and pull requests",
    "GitLab": "give the token the scope api, and its account the role Developer",
    "plain": "let the bot's key or credentials push branches that begin with mentor/",
}


def _hooks(repositories: Sequence[LiveRepository], hooks: HookSettings) -> Iterator[Finding]:
    named = {each.reporter for repository in repositories for each in repository.controllers}
    given = {Reporter.ARGOCD: hooks.argocd_token, Reporter.FLUX: hooks.flux_hmac_key}
    for reporter, (title, setting) in HOOKS.items():
        if reporter not in named:
            continue
        if given[reporter]:
            yield Finding(Level.OK, setting, f"is set, so {title} is heard at /hooks/{reporter}")
        else:
            found = f"is not set, and repositories.yaml names {title}: its webhooks are not heard"
            yield Finding(Level.WARNING, setting, found, "set it here and there; docs/controllers.md shows how")


async def git_finding(settings: Settings) -> Finding:
    """Of the git that is found here."""
    try:
        printed = await Git(settings.environment, timeout_s=10).run("version", repository=settings.data_folder)
    except GitFailed as error:
        return _failed("git", error, "install it anew")
    version = version_in(printed.decode("utf-8", "replace"))
    shown = ".".join(map(str, version)) or "of a version it does not say"
    if list(version) >= MERGES_FROM:
        return Finding(Level.OK, "git", f"is {shown}")
    found = f"is {shown}; `merge: on-approval` on a plain repository needs 2.38"
    return Finding(Level.WARNING, "git", found, "install a newer one where such an action is used")


async def aws_finding(settings: Settings) -> Finding:
    """Whose the credentials are, held against the accounts that the operator allows."""
    allowed = sorted({each.arn.account for each in settings.direct.aws_allowed})
    try:
        account = await aws.own_account(settings.direct)
    except DirectFailed as error:
        return Finding(
            Level.PROBLEM, "AWS", str(error).partition(";")[0].rstrip("."), "docs/direct.md says what the bot needs"
        )
    if account in allowed:
        return Finding(Level.OK, "AWS", f"the bot's credentials are of account {account}")
    found = f"the bot's credentials are of account {account}; MENTOR_AWS_ALLOWED names {', '.join(allowed)}"
    return Finding(Level.WARNING, "AWS", found, "name a `role` of those accounts in the entries, or allow it")
