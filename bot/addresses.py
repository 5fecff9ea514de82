"""Judges where the handbook says that repositories are, without looking there: its sources, and those of actions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.errors import GitFailed
from bot.git.address import Address, read_address, read_branch
from knowledge.problem import Problem
from knowledge.repositories import LiveRepository


@dataclass(frozen=True)
class Fault:
    what: str
    fix: str


def address_fault(text: str, home: Address | None) -> Fault | None:
    """Why no repository may be named so by a handbook; `home` is where the handbook is from, None for a folder."""
    try:
        address = read_address(text)
    except GitFailed as error:
        return fault_of(error)
    if address.credentials:
        fix = "take them out; those of MENTOR_HANDBOOK are used at the same host, else give the bot an ssh key"
        return Fault("credentials have no place in a handbook", fix)
    if address.scheme == "file" and home and home.scheme != "file":
        what = "a handbook from elsewhere names a repository of this machine"
        return Fault(what, "write where it is on the network")
    return None


def fault_of(error: GitFailed) -> Fault:
    what, _, fix = str(error).rstrip(".").partition("; ")
    return Fault(what, fix or "write https://HOST/PATH, ssh://HOST/PATH or user@HOST:PATH")


def repository_problems(repositories: Sequence[LiveRepository], home: Address | None) -> Iterator[Problem]:
    """What is wrong with where the repositories of actions are said to be."""
    for repository in repositories:
        if fault := address_fault(repository.url, home):
            yield repository.wrong("url", fault.what, fault.fix)
        if not repository.branch:
            continue
        try:
            read_branch(repository.branch)
        except GitFailed as error:
            fault = fault_of(error)
            yield repository.wrong("branch", fault.what, fault.fix)
