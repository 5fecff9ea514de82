"""People and places of every kind: organisations, guests, other companies, who left, who is away."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Refused, Sandbox
from sandbox.model import Channel, Json, Person
from sandbox.testing import manifest
from tests.sandbox.small import error_of
from tests.sandbox.test_control import Browser


class Company:
    """An organisation of two workspaces, and a partner company."""

    def __init__(self, sandbox: Sandbox, *, is_whole_install: bool) -> None:
        self.sandbox, self.workspace = sandbox, sandbox.workspace
        self.client = AsyncWebClient(sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])
        self.workspace.begin_organisation("Odyssey Group", is_whole_install=is_whole_install)
        self.second = self.workspace.add_workspace("Ithaca")
        self.partner = self.workspace.add_company("Phaeacia")
        self.ana = self.add("ana")
        self.bea = self.add("bea", teams=[self.second.id])
        self.kaz = self.add("kaz", team_id=self.second.id)
        self.sam = self.add("sam", team_id=self.partner.id)
        self.ours = self.workspace.add_channel("ours", members=[self.ana.id])
        self.theirs = self.workspace.add_channel("theirs", team_id=self.second.id, with_bot=is_whole_install)
        self.both = self.workspace.add_channel("both", members=[self.ana.id], shared_with=[self.second.id])
        self.joint = self.workspace.add_channel(
            "joint", members=[self.ana.id, self.sam.id], shared_with=[self.partner.id]
        )

    def add(self, name: str, **about: object) -> Person:
        return self.workspace.add_person(name, **about)  # type: ignore[arg-type]

    async def user(self, person: Person) -> Json:
        return dict((await self.client.users_info(user=person.id))["user"])

    async def listed(self, team_id: str | None = None) -> list[str]:
        return [each["name"] for each in (await self.client.conversations_list(team_id=team_id))["channels"]]


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    async with Sandbox(manifest()) as sandbox:
        yield Company(sandbox, is_whole_install=False)


@pytest.fixture
async def whole() -> AsyncIterator[Company]:
    async with Sandbox(manifest()) as sandbox:
        yield Company(sandbox, is_whole_install=True)


def refusal(act: object, *arguments: object) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments)  # type: ignore[operator]
    return refused.value.code


# Organisations.


async def test_the_token_of_one_workspace_sees_that_workspace_and_what_is_shared_with_it(company: Company) -> None:
    names = [each["name"] for each in (await company.client.users_list())["members"]]

    assert await company.listed() == ["ours", "both", "joint"]
    assert await company.listed(team_id="T0NOBODYS") == ["ours", "both", "joint"]  # no such argument for this token
    assert ("kaz" in names, "bea" in names, "sam" in names) == (False, True, True)
    assert await error_of(company.client.conversations_info(channel=company.theirs.id)) == "channel_not_found"


async def test_colleagues_of_another_workspace_are_known_by_their_organisation(company: Company) -> None:
    kaz, bea, sam = [await company.user(each) for each in (company.kaz, company.bea, company.sam)]

    assert (kaz["team_id"], kaz["enterprise_user"]["teams"]) == (company.second.id, [company.second.id])
    assert (bea["team_id"], len(bea["enterprise_user"]["teams"])) == (company.workspace.team_id, 2)
    assert "enterprise_user" not in sam


async def test_channels_tell_with_whom_they_are_shared(company: Company) -> None:
    async def sharing(channel: Channel) -> tuple[bool, bool, list[str]]:
        told = (await company.client.conversations_info(channel=channel.id))["channel"]
        return told["is_org_shared"], told["is_ext_shared"], told["shared_team_ids"]

    ours = company.workspace.team_id
    assert await sharing(company.ours) == (False, False, [ours])
    assert await sharing(company.both) == (True, False, sorted([ours, company.second.id]))
    assert await sharing(company.joint) == (False, True, sorted([ours, company.partner.id]))


async def test_the_token_of_an_organisation_has_to_name_a_workspace(whole: Company) -> None:
    test = await whole.client.auth_test()

    assert (test["is_enterprise_install"], test["team_id"]) == (True, whole.workspace.organisation.id)
    assert [each["id"] for each in (await whole.client.auth_teams_list())["teams"]] == [
        whole.workspace.team_id,
        whole.second.id,
    ]
    assert await error_of(whole.client.conversations_list()) == "missing_argument"
    assert await error_of(whole.client.users_list(team_id=whole.partner.id)) == "team_access_not_granted"
    assert await whole.listed(team_id=whole.second.id) == ["theirs", "both"]


async def test_a_second_workspace_needs_an_organisation() -> None:
    with pytest.raises(ValueError, match="begin_organisation"):
        Sandbox(manifest()).workspace.add_workspace("Ithaca")


async def test_commands_work_where_the_app_is_installed(company: Company, whole: Company) -> None:
    assert refusal(company.sandbox.person("kaz").open_home) == "app_not_installed"
    company.sandbox.person("bea").open_home()
    whole.sandbox.person("kaz").open_home()
    assert refusal(whole.sandbox.person("sam").open_home) == "app_not_installed"


# Guests.


async def test_a_guest_is_where_somebody_brought_them(company: Company) -> None:
    gus = company.sandbox.person(company.add("gus", is_restricted=True).name)

    assert refusal(gus.join, "ours") == "user_is_restricted"
    company.sandbox.person("ana").invite(gus.person, "ours")
    company.sandbox.person("ana").invite(gus.person, "both")

    assert gus.say("ours", "hello").user == gus.id


async def test_a_single_channel_guest_is_in_one(company: Company) -> None:
    una, ana = company.add("una", is_ultra_restricted=True), company.sandbox.person("ana")
    ana.invite(una, "ours")

    assert refusal(ana.invite, una, "both") == "ura_max_channels"
    assert (await company.user(una))["is_restricted"] is True


# Who left, who is away.


async def test_who_was_deactivated_is_nowhere_and_does_nothing(company: Company) -> None:
    workspace, ana = company.workspace, company.sandbox.person("ana")
    workspace.add_usergroup("platform", [company.ana.id, company.bea.id], id="S0PLATFORM")

    workspace.deactivate(company.ana.id)

    assert refusal(ana.say, "ours", "hello") == "not_in_channel"
    assert refusal(ana.open_home) == "account_inactive"
    assert refusal(ana.dm, "hello") == "account_inactive"
    assert workspace.usergroups["S0PLATFORM"].users == [company.bea.id]
    assert (await company.user(company.ana)).keys() == {
        *("id", "team_id", "name", "deleted", "profile", "is_bot", "is_app_user", "updated")
    }


async def test_a_status_ends_at_its_time(company: Company) -> None:
    ana, now_s = company.ana, int(company.sandbox.clock.now())
    ana.status_text, ana.status_emoji, ana.status_expiration = "On holiday", ":palm_tree:", now_s + 60

    before = (await company.user(ana))["profile"]
    company.sandbox.clock.advance(61)
    after = (await company.user(ana))["profile"]

    assert (before["status_text"], before["status_expiration"]) == ("On holiday", now_s + 60)
    assert (after["status_text"], after["status_emoji"], after["status_expiration"]) == ("", "", 0)


async def test_presence_is_told_of_others_in_one_word_and_of_the_app_in_full(company: Company) -> None:
    company.ana.is_away = True

    ana = await company.client.users_getPresence(user=company.ana.id)
    bea = await company.client.users_getPresence(user=company.bea.id)
    own = await company.client.users_getPresence(user=company.workspace.bot_user_id)

    assert (ana.data, bea["presence"]) == ({"ok": True, "presence": "away"}, "active")
    assert own.data == {"ok": True, "presence": "active", "online": True, "auto_away": False, "manual_away": False} | {
        "connection_count": 1,
        "last_activity": own["last_activity"],
    }


async def test_only_who_shares_no_channel_with_the_app_is_a_stranger(company: Company) -> None:
    unseen = company.add("tim", team_id=company.partner.id)

    assert "is_stranger" not in await company.user(company.sam)
    assert (await company.user(unseen))["is_stranger"] is True


# The same over the control API.


async def test_the_control_api_furnishes_people_of_every_kind(browser: Browser, sandbox: Sandbox) -> None:
    organisation = (await browser.post("organisation", name="Odyssey Group"))["organisation"]
    second = (await browser.post("workspaces", name="Ithaca"))["team"]
    partner = (await browser.post("companies", name="Phaeacia"))["team"]
    kaz = (await browser.post("people", name="kaz", team_id=second["id"]))["person"]
    await browser.post("people", name="gus", is_restricted=True)
    await browser.post("people", name="sam", team_id=partner["id"])
    joint = await browser.post("channels", name="joint", members=["maya", "sam"], shared_with=[partner["id"]])
    group = await browser.post("usergroups", handle="platform", users=["maya"])
    away = await browser.post("people/change", person="maya", is_away=True, status_text="On holiday")
    await browser.post("people/change", person="tom", deleted=True)

    assert (kaz["team_id"], second["enterprise_id"]) == (second["id"], organisation["id"])
    assert joint["channel"]["is_ext_shared"] is True
    assert group["usergroup"]["users"] == [sandbox.person("maya").id]
    assert (away["person"]["is_away"], away["person"]["status_text"]) == (True, "On holiday")
    assert sandbox.person("tom").person.deleted is True


async def test_who_becomes_a_single_channel_guest_becomes_a_guest(browser: Browser, sandbox: Sandbox) -> None:
    changed = await browser.post("people/change", person="maya", is_ultra_restricted=True)

    assert (changed["person"]["is_restricted"], changed["person"]["is_ultra_restricted"]) == (True, True)


async def test_what_a_person_may_find_is_shown_by_what_they_are(browser: Browser, sandbox: Sandbox) -> None:
    await browser.post("people", name="gus", is_restricted=True)
    await browser.act("maya", "invite", channel="C0HELP", person="gus")
    sandbox.workspace.add_channel("random")

    seen = {name: await browser.get(f"state?as={name}") for name in ("gus", "tom")}

    assert [each["name"] for each in seen["gus"]["channels"] if each["kind"] != "im"] == ["help"]
    assert [each["name"] for each in seen["tom"]["channels"] if each["kind"] != "im"] == ["help", "secret", "random"]


@pytest.mark.parametrize(
    ("path", "order", "error"),
    [
        ("people", {"name": "eve", "is_wise": True}, "invalid_arguments"),
        ("people", {}, "not_found"),
        ("people/change", {"person": "nobody"}, "not_found"),
        ("people/change", {"person": "maya", "is_wise": True}, "invalid_arguments"),
        ("workspaces", {"name": "Ithaca"}, "invalid_arguments"),
        ("delivery", {"request_url": "http://127.0.0.1:9/slack/events"}, "request_url_not_verified"),
    ],
)
async def test_furnishing_that_makes_no_sense_is_refused(browser: Browser, path: str, order: Json, error: str) -> None:
    refused = await browser.post(path, **order)

    assert (refused["ok"], refused["error"]) == (False, error)


async def test_what_an_app_needs_is_told(browser: Browser, sandbox: Sandbox) -> None:
    assert await browser.get("app") == {
        "ok": True,
        "api_url": sandbox.api_url,
        "bot_token": sandbox.bot_token,
        "app_token": sandbox.app_token,
        "signing_secret": sandbox.signing_secret,
    }


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest()) as sandbox:
        maya, tom = sandbox.workspace.add_person("maya"), sandbox.workspace.add_person("tom")
        sandbox.workspace.add_channel("help", members=[maya.id], id="C0HELP")
        sandbox.workspace.add_channel("secret", kind="group", members=[tom.id], id="C0SECRET")
        yield sandbox


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(sandbox, session)
