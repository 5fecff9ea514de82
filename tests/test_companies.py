"""Whose a person is who wrote from a workspace other than ours."""

import asyncio
from dataclasses import replace

import pytest

from bot.companies import WAIT_S, Companies
from bot.errors import SlackUnclear
from bot.model import Author, Message, Profile, Workspace

IN_GRID = Workspace("T1", "E1", "UBOT", "B1")
ALONE = Workspace("T1", None, "UBOT", "B1")
SAID = Message("C1", "1.0", Author("U2", team_id="T2"), "hello", is_shared=True)


class Profiles:
    """Slack's word on people: all of workspace T2 are of organisation E1. Unreachable as often as told."""

    def __init__(self, *, silent: int = 0) -> None:
        self.asked: list[str] = []
        self._silent = silent

    async def of(self, user_id: str) -> Profile:
        self.asked.append(user_id)
        if len(self.asked) <= self._silent:
            raise SlackUnclear("users.info", "status 500")
        return Profile(user_id, "T2", "E1")


async def test_a_colleague_of_another_workspace_is_of_our_organisation() -> None:
    placed = await Companies(IN_GRID, Profiles().of).placed(SAID)

    assert placed == replace(SAID, author=Author("U2", team_id="T2", enterprise_id="E1"))


async def test_slack_is_asked_once_for_each_workspace() -> None:
    profiles = Profiles()
    companies = Companies(IN_GRID, profiles.of)

    for user_id in ("U2", "U3", "U2"):
        await companies.placed(replace(SAID, author=Author(user_id, team_id="T2")))

    assert profiles.asked == ["U2"]


async def test_who_wrote_from_no_workspace_that_is_told_is_asked_for_alone() -> None:
    async def of(user_id: str) -> Profile:
        return Profile(user_id, None, "E1" if user_id == "U2" else "E9")

    companies = Companies(IN_GRID, of)
    both = [await companies.placed(replace(SAID, author=Author(each))) for each in ("U2", "U3")]

    assert [each.author.enterprise_id for each in both] == ["E1", "E9"]


async def test_who_slack_does_not_tell_of_is_not_ours_and_asked_for_again() -> None:
    profiles = Profiles(silent=1)
    companies = Companies(IN_GRID, profiles.of)

    assert await companies.placed(SAID) == SAID
    assert (await companies.placed(SAID)).author.enterprise_id == "E1"


async def test_slack_that_does_not_answer_holds_up_no_message() -> None:
    async def never(_user_id: str) -> Profile:
        await asyncio.Event().wait()
        raise AssertionError

    async with asyncio.timeout(2 * WAIT_S):
        assert await Companies(IN_GRID, never).placed(SAID) == SAID


@pytest.mark.parametrize(
    ("workspace", "message"),
    [
        pytest.param(ALONE, SAID, id="where ours stands alone"),
        pytest.param(IN_GRID, replace(SAID, is_shared=False), id="where nobody else reads along"),
        pytest.param(IN_GRID, replace(SAID, author=Author("U1", team_id="T1")), id="who wrote from our workspace"),
        pytest.param(IN_GRID, replace(SAID, author=Author("B7", is_bot=True)), id="a bot"),
    ],
)
async def test_nobody_is_looked_up_for_nothing(workspace: Workspace, message: Message) -> None:
    profiles = Profiles()

    assert await Companies(workspace, profiles.of).placed(message) is message
    assert profiles.asked == []
