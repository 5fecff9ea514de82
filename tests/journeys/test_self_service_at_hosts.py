"""The same at GitHub and GitLab: every action that proposes is one pull request, and a commit status makes it live."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from bot.config import Secret, Settings
from bot.storage.requests import RequestRow
from sandbox.repository import BareRepository
from tests.actions.live import FILES
from tests.git import github_server, gitlab_server
from tests.git.github_server import GitHubHosted
from tests.git.gitlab_server import GitLabHosted
from tests.git.hosting import on_github, on_gitlab
from tests.git.remote import make_remote
from tests.journeys.company import Asking, changed_lines, copy_handbook, first_line
from tests.journeys.office import at_work, new_sandbox, settings_in
from tests.journeys.stories import LEDGER, LEDGER_FILES, PRIYA, QUOTA, QUOTA_CHANGED, STORIES, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one bot for each host

CONTROLLERS = "  controllers: [{status: live/applied}]\n"


@dataclass
class Hosted(Asking):
    """With a host that has pages for review."""

    at: GitHubHosted | GitLabHosted

    @property
    def opened(self) -> list[dict[str, Any]]:
        """What was ever opened for review."""
        return self.at.server.pulls if isinstance(self.at, GitHubHosted) else self.at.server.requests

    def pages(self, request: RequestRow) -> list[dict[str, Any]]:
        return [each for each in self.opened if request.branch in (each.get("source_branch"), _head(each))]

    def changed(self, request: RequestRow) -> list[str]:
        return changed_lines(BareRepository(self.at.remote.folder), request.branch)

    def author(self, request: RequestRow) -> str:
        return self.at.people_of(request.branch).partition(" / ")[0]

    async def live(self, request: RequestRow, revision: str) -> RequestRow:
        """A controller leaves its status on the commit, and the bot looks."""
        self.at.say(revision, "live/applied", "success")
        await self.office.mentor.actions.following.look_at(request.id)
        await self.office.quiet()
        return await self.now(request)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["github", "gitlab"])
async def people(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hosted]:
    folder = tmp_path_factory.mktemp(str(request.param))
    remote = make_remote(folder / "remote.git")
    remote.commit(FILES)
    async with AsyncExitStack() as stack:
        hosting = on_github(remote) if request.param == "github" else on_gitlab(remote)
        at: GitHubHosted | GitLabHosted = await stack.enter_async_context(hosting)
        path = github_server.REPOSITORY if request.param == "github" else gitlab_server.PROJECT
        handbook = copy_handbook(folder / "handbook", f"https://127.0.0.1/{path}.git", controllers=CONTROLLERS)
        sandbox = await stack.enter_async_context(new_sandbox())
        url = f"sqlite+aiosqlite:///{folder / 'mentor.db'}"
        settings = settings_in(sandbox, folder / "data", database_url=url, handbook=handbook)
        office = await stack.enter_async_context(at_work(sandbox, _with_token(settings, at)))
        await office.mentor.actions.choices.refresh()
        yield Hosted(office, at)


def _with_token(settings: Settings, at: GitHubHosted | GitLabHosted) -> Settings:
    if isinstance(at, GitHubHosted):
        git = replace(settings.git, github_token=Secret(github_server.TOKEN), github_api_url=at.server.url)
    else:
        api = f"{at.server.url}/api/v4"
        git = replace(settings.git, gitlab_token=Secret(gitlab_server.TOKEN), gitlab_api_url=api)
    return replace(settings, git=git)


def _head(page: dict[str, Any]) -> str:
    return str(page.get("head", {}).get("ref", ""))


def _body(page: dict[str, Any]) -> str:
    return str(page.get("body") or page.get("description"))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.action)
async def test_one_pull_request_until_its_status_says_that_it_is_live(people: Hosted, story: Story) -> None:
    request = await people.ask(story.asker, story.action, story.filling)
    title, name = request.entry["title"], people.office.sandbox.person(story.asker).person.real_name
    if story.approver:
        (card,) = await people.cards(request)
        assert people.pages(request) == []
        assert await people.press(story.approver, card, "Approve") == []

    (page,) = people.pages(request)
    assert f"{name} asked for this in Slack (request `{request.id}`, action `{story.action}`)." in _body(page)
    approver = people.office.sandbox.person(story.approver).person.real_name if story.approver else ""
    decided = f"Agreed to in Slack by {approver} on 2026-11-24" if approver else "Nobody had to agree before"
    assert decided in _body(page)
    assert len(people.at.commits(request.branch)) == 1
    assert people.author(request) == story.author
    assert people.changed(request) == [each.replace("{request}", request.id) for each in story.changed]
    assert "The pull request" in first_line(await people.message(request))

    if story.action == "add-dns-record":
        people.at.agree(request.branch, "tomas-reyes")  # on its page, as the entry asks
    ended = await people.live(request, people.at.merge(request.branch))

    assert ended.state == "live"
    url = page.get("html_url") or page["web_url"]
    assert await people.outcomes(request) == [f"{title}: live, a minute after you asked. <{url}|The pull request>."]
    assert len(people.pages(request)) == 1


async def test_several_files_are_one_pull_request_and_one_commit(people: Hosted) -> None:
    request = await people.ask("priya", "new-service", LEDGER)

    assert len(people.pages(request)) == len(people.at.commits(request.branch)) == 1
    assert people.author(request) == PRIYA
    assert [each for each in people.changed(request) if each.startswith("teams/")] == LEDGER_FILES
    assert (await people.live(request, people.at.merge(request.branch))).state == "live"


async def test_what_the_people_on_duty_agree_to_is_merged_by_the_bot(people: Hosted) -> None:
    request = await people.ask("priya", "set-quota", QUOTA)
    (card,) = await people.cards(request)
    await people.press("tomas", card, "Approve")
    merged = await people.now(request)

    assert merged.state == "merged"
    assert people.changed(request) == QUOTA_CHANGED
    (page,) = people.pages(request)
    assert page["merge_commit_sha"] == merged.merge_revision == people.at.tip("main")
    assert "Agreed to in Slack by Tomas Reyes" in _body(page)
    assert (await people.live(request, merged.merge_revision)).state == "live"
