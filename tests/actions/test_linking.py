"""A Git account, proven: what a person is shown, what the host's word does, and what nobody gets by it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.actions import linking
from bot.actions.device_codes import DeviceCodes
from bot.actions.link_blocks import BEGIN, FORGET, read_choice
from bot.config import Secret
from bot.errors import GitFailed, PayloadMalformed
from bot.git.device_flow import GITHUB, DeviceFlow
from bot.git.rest import Rest
from bot.model import Json
from bot.seals import Key
from bot.storage import people
from bot.storage import requests as rows
from bot.storage import work as work_rows
from bot.storage.engine import Database
from bot.storage.requests import GitAccountRow
from bot.storage.schema import audit, outbox, work
from bot.wanted import Asking, Decision, Kind, Linking
from knowledge.people import GitAccount
from tests.actions.company import PEOPLE, Company
from tests.git.device_server import CLIENT_ID, DEVICE_CODE, DeviceServer

HOST = "127.0.0.1"
JONAS, TOMAS, PRIYA = "U0JONAS", "U0TOMAS", "U0PRIYA"
NOBODYS = replace(PEOPLE, git_accounts={})


@dataclass
class Desk:
    """A company, its Git host, and what people do there."""

    company: Company
    server: DeviceServer

    async def ask(self, user_id: str, *, key: str = "1", url: str | None = None, channel_id: str = "D0") -> list[str]:
        """Somebody says `link`; what they are told by it."""
        person = await self.company.pseudonym(user_id)
        asking = Asking(f"{person}:{key}", person, "", channel_id, response_url=url)
        return await self._after(self.company.services.linking.show(asking))

    async def press(self, user_id: str, choice: str, *, host: str = HOST, key: str = "p1") -> list[str]:
        service = self.company.services.linking
        await service.take_press(host, choice=choice, key=key, user_id=user_id, response_url="https://hooks/1")
        return await self._after(self._do_presses())

    async def looks(self) -> list[str]:
        """What is due is looked at, after the time the host wants."""
        self.company.hands.move(seconds=6)
        self.server.now_s = self.company.hands.now.timestamp()
        return await self._after(self._do_looks())

    async def link(self, user_id: str, *, key: str = "1") -> list[str]:
        """From the word to the host's yes."""
        await self.ask(user_id, key=key)
        if not await self.waiting():
            await self.press(user_id, BEGIN, key=f"p{key}")
        self.server.said = ""
        return await self.looks()

    async def account(self, user_id: str) -> tuple[str, str, str] | None:
        person = await self.company.pseudonym(user_id)
        async with self.company.desk.database.read() as tx:
            row = await rows.account_of(tx, person, HOST)
        return (row.account, row.name, row.email) if row else None

    async def sealed(self) -> list[tuple[str, str]]:
        async with self.company.desk.database.read() as tx:
            found = await tx.execute(select(audit.c.act, audit.c.subject).order_by(audit.c.number))
            return [(row.act, row.subject) for row in found if row.act.startswith("account.")]

    async def waiting(self) -> list[Json]:
        return [payload for _, payload in await self._due(Kind.LINKING, is_all=True)]

    async def _do_presses(self) -> None:
        for id_, payload in await self._due(Kind.LINK_PRESS):
            await self.company.services.linking.press(Decision(**payload))
            await self.company._finish(id_)

    async def _do_looks(self) -> None:
        for id_, payload in await self._due(Kind.LINKING):
            await self.company.services.linking.look(Linking(**payload))
            await self.company._finish(id_)

    async def _due(self, kind: Kind, *, is_all: bool = False) -> list[tuple[int, dict[str, Any]]]:
        async with self.company.desk.database.read() as tx:
            query = select(work).where(work.c.kind == kind.value, work.c.state == "waiting").order_by(work.c.id)
            found = [row for row in await tx.execute(query) if is_all or row.due_at <= self.company.hands.now]
        return [(row.id, row.payload) for row in found]

    async def _after(self, done: Any) -> list[str]:
        before = await self._said()
        await done
        return [text for key, text in (await self._said()).items() if key not in before]

    async def _said(self) -> Mapping[str, str]:
        async with self.company.desk.database.read() as tx:
            found = await tx.execute(select(outbox).where(outbox.c.kind == "link").order_by(outbox.c.created_at))
            return {row.key: row.text for row in found}


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    server = DeviceServer("github")
    async with TestServer(server.application()) as running:
        server.url = str(running.make_url("")).rstrip("/")
        company = Company(database, people=NOBODYS)
        server.now_s = company.hands.now.timestamp()
        rest = Rest("GitHub", server.url, "GITHUB_CLIENT_ID", timeout_s=5)
        company.flows[HOST] = DeviceFlow(GITHUB, rest, rest, CLIENT_ID, company.hands.clock)
        yield Desk(company, server)


async def test_who_has_one_host_to_link_gets_a_code_at_once_with_a_warning(desk: Desk) -> None:
    (said,) = await desk.ask(JONAS)

    assert f"<{desk.server.url}/login/device|" in said
    assert "`WDJB-MJHT`" in said
    assert "It is good until 10:15 (UTC)." in said
    assert "Never enter one that somebody sent you" in said


async def test_what_the_host_says_is_kept_told_once_and_sealed(desk: Desk) -> None:
    await desk.ask(JONAS)
    still_waiting = await desk.looks()
    desk.server.said = ""

    (said,) = await desk.looks()

    assert still_waiting == []
    assert said.startswith("*Maya-L* at 127.0.0.1 is your Git account now.")
    assert await desk.account(JONAS) == ("Maya-L", "Maya Lind", "4711+Maya-L@users.noreply.127.0.0.1")
    assert await desk.sealed() == [("account.linked", HOST)]
    assert await desk.waiting() == []


async def test_host_is_asked_no_sooner_than_it_wants(desk: Desk) -> None:
    await desk.ask(JONAS)
    desk.company.hands.move(seconds=4)

    await desk._do_looks()
    (first,) = await desk.waiting()
    await desk.looks()
    desk.server.now_s -= 5  # so that it takes the next look for too soon
    desk.company.hands.move(seconds=5)
    await desk._do_looks()

    (later,) = await desk.waiting()
    assert (first["number"], first["interval_s"]) == (1, 5)
    assert (later["number"], later["interval_s"]) == (3, 10)


async def test_the_hosts_half_of_a_code_stands_nowhere_in_plain(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await desk.ask(JONAS)
    await desk.looks()

    async with desk.company.desk.database.read() as tx:
        kept = [*(await tx.execute(select(work))), *(await tx.execute(select(outbox)))]

    assert len(kept) == 3
    assert DEVICE_CODE not in repr(kept) + caplog.text


async def test_code_sealed_with_another_key_ends_with_a_word_to_the_person(desk: Desk) -> None:
    await desk.ask(JONAS)
    desk.company.services.linking._codes = DeviceCodes(Key("x" * 40))

    assert await desk.looks() == [linking.LOST]
    assert await desk.waiting() == []


@pytest.mark.parametrize("said", ["access_denied", "expired_token"])
async def test_who_said_no_or_came_late_is_told_once(desk: Desk, said: str) -> None:
    await desk.ask(JONAS)
    desk.server.said = said

    told = await desk.looks()

    assert len(told) == 1
    assert (await desk.looks(), await desk.account(JONAS), await desk.sealed()) == ([], None, [])


async def test_code_nobody_entered_ends_with_its_time(desk: Desk) -> None:
    await desk.ask(JONAS)
    desk.company.hands.move(minutes=16)

    assert await desk.looks() == ["The code has expired. Ask for a new one."]
    assert await desk.waiting() == []


async def test_older_codes_end_in_silence_once_a_later_one_was_entered(desk: Desk) -> None:
    await desk.ask(JONAS)
    await desk.press(JONAS, BEGIN, key="p2")
    desk.server.said = ""

    told = await desk.looks()
    later = await desk.looks()

    assert (len(told), later, await desk.waiting()) == (1, [], [])


async def test_look_done_twice_proves_once(desk: Desk) -> None:
    await desk.ask(JONAS)
    ((_, payload),) = await desk._due(Kind.LINKING, is_all=True)
    desk.server.said = ""
    desk.company.hands.move(seconds=6)

    first = await desk._after(desk.company.services.linking.look(Linking(**payload)))
    second = await desk._after(desk.company.services.linking.look(Linking(**payload)))

    assert (len(first), second, await desk.sealed()) == (1, [], [("account.linked", HOST)])


async def test_host_that_fails_is_asked_again_and_at_last_the_person_is_told(desk: Desk) -> None:
    await desk.ask(JONAS)
    desk.server.faults.is_down = True
    ((_, payload),) = await desk._due(Kind.LINKING, is_all=True)

    with pytest.raises(GitFailed, match="did not answer"):
        await desk.looks()

    given_up = desk.company.services.linking.look_given_up(Linking(**payload))
    assert await desk._after(given_up) == [linking.NOT_REACHED]


async def test_host_that_gives_no_code_is_said_at_once(desk: Desk) -> None:
    desk.server.is_enabled = False

    assert await desk.ask(JONAS) == [linking.NOT_BEGUN]
    assert await desk.waiting() == []


async def test_who_is_erased_meanwhile_leaves_no_code_behind(desk: Desk) -> None:
    await desk.ask(JONAS)
    ((_, payload),) = await desk._due(Kind.LINKING, is_all=True)
    person = await desk.company.pseudonym(JONAS)

    await desk.company.desk.database.write(lambda tx: work_rows.forget_person(tx, person, but=Kind.ERASE))
    await desk.company.desk.database.write(lambda tx: people.forget(tx, person))
    left = await desk.waiting()
    said = await desk._after(desk.company.services.linking.look(Linking(**payload)))  # one that was in hand

    assert (left, said, await desk.sealed()) == ([], [], [])


# What is known, and taking it back.


async def test_what_is_known_is_shown_with_what_can_be_done(desk: Desk) -> None:
    await desk.link(JONAS)

    (said,) = await desk.ask(JONAS, key="2")

    assert said == "*Your Git accounts*\n• 127.0.0.1: *Maya-L*, proven on 24 Nov 2026"
    async with desk.company.desk.database.read() as tx:
        blocks = (await tx.scalars(select(outbox.c.blocks).where(outbox.c.key.endswith(":2")))).one()
    shown = [(each["text"]["text"], each["action_id"], each["value"]) for each in blocks[1]["elements"]]
    assert shown == [
        ("Link another", "actions.link.begin", HOST),
        (f"Unlink {HOST}", "actions.link.forget", HOST),
    ]
    assert await desk.waiting() == []


async def test_handbooks_own_entry_still_goes_first_and_that_is_said(desk: Desk) -> None:
    desk.company.use(people=replace(PEOPLE, git_accounts={JONAS: GitAccount("jonas-w")}))

    (asked,) = await desk.ask(JONAS)
    said = await desk.link(JONAS, key="2")

    assert "The handbook names you as *jonas-w*: that one is used, whatever you prove here." in asked
    assert "• 127.0.0.1: not linked" in asked
    assert "The handbook names you as *jonas-w*, and that one is used" in said[0]


async def test_unlinked_is_forgotten_and_sealed(desk: Desk) -> None:
    await desk.link(JONAS)

    said = await desk.press(JONAS, FORGET)
    again = await desk.press(JONAS, FORGET, key="p2")

    assert said[0].startswith("Done. I do not know your account at 127.0.0.1 any more.")
    assert again == [linking.NOTHING]
    assert await desk.account(JONAS) is None
    assert await desk.sealed() == [("account.linked", HOST), ("account.unlinked", HOST)]


async def test_account_at_a_host_no_longer_there_can_be_unlinked_and_no_new_one_linked(desk: Desk) -> None:
    await desk.link(JONAS)
    desk.company.flows.clear()

    (said,) = await desk.ask(JONAS, key="2")

    assert "*Maya-L*, proven on 24 Nov 2026" in said
    assert "None of the handbook's repositories is at a host" in said
    assert await desk.press(JONAS, BEGIN) == [linking.NOT_THERE]


# What nobody gets by it.


async def test_account_of_somebody_else_is_given_to_nobody(desk: Desk) -> None:
    await desk.link(JONAS)
    desk.server.user["login"] = "maya-l"  # hosts do not tell these apart

    said = await desk.link(TOMAS, key="2")

    assert said == [linking.TAKEN]
    assert await desk.account(TOMAS) is None
    assert await desk.sealed() == [("account.linked", HOST), ("account.refused", HOST)]
    assert not await desk.company.services.memberships.is_same_person(JONAS, TOMAS)


async def test_account_that_the_handbook_gives_to_another_is_refused(desk: Desk) -> None:
    desk.company.use(people=replace(PEOPLE, git_accounts={PRIYA: GitAccount("maya-L")}))

    said = await desk.link(JONAS)

    assert said == [linking.TAKEN]
    assert not await desk.company.services.memberships.is_same_person(JONAS, PRIYA)


async def test_accounts_of_one_person_may_share_theirs(desk: Desk) -> None:
    await desk.link(JONAS)

    said = await desk.link("U0JONASTWO", key="2")

    assert said[0].startswith("*Maya-L* at 127.0.0.1 is your Git account now.")


async def test_same_name_at_two_hosts_makes_nobody_the_same_person(desk: Desk) -> None:
    await desk.link(JONAS)
    other = GitAccountRow(
        await desk.company.pseudonym(TOMAS), "git.example.com", "Maya-L", "T", "t@e.com", desk.company.hands.now
    )
    await desk.company.desk.database.write(lambda tx: rows.prove(tx, other))

    assert not await desk.company.services.memberships.is_same_person(JONAS, TOMAS)


async def test_guests_prove_nothing(desk: Desk) -> None:
    desk.company.slack.guests.add(JONAS)

    assert await desk.ask(JONAS) == ["Guests cannot link a Git account."]
    assert await desk.press(JONAS, BEGIN) == ["Guests cannot link a Git account."]
    assert desk.server.asked == []


async def test_who_may_not_any_more_when_the_host_answers_gets_nothing(desk: Desk) -> None:
    await desk.ask(JONAS)
    desk.company.slack.guests.add(JONAS)
    desk.server.said = ""

    assert await desk.looks() == ["Guests cannot link a Git account."]
    assert (await desk.account(JONAS), await desk.sealed()) == (None, [])


async def test_outcome_takes_the_place_of_the_code_that_a_button_brought(desk: Desk) -> None:
    await desk.press(JONAS, BEGIN)
    await desk.ask(JONAS, url="https://hooks/2", channel_id="")
    desk.server.said = "access_denied"
    await desk.looks()
    desk.company.hands.move(seconds=6)  # one server for both codes: it took the second look for too soon
    await desk.looks()

    async with desk.company.desk.database.read() as tx:
        sent = {row.key: (row.manner, row.response_url) for row in await tx.execute(select(outbox))}
    person = await desk.company.pseudonym(JONAS)
    assert sent == {
        f"link:{person}:p1": ("replace", "https://hooks/1"),
        f"link:{person}:p1:ended": ("replace", "https://hooks/1"),
        f"link:{person}:1": ("post", "https://hooks/2"),
        f"link:{person}:1:ended": ("post", None),
    }


def test_only_buttons_of_ours_are_read() -> None:
    assert read_choice("actions.link.begin") == BEGIN
    for other in ("actions.link.", "actions.link.steal", "actions.open"):
        with pytest.raises(PayloadMalformed):
            read_choice(other)


def test_sealed_code_is_opened_by_the_same_key_alone() -> None:
    codes = DeviceCodes(Key("k" * 40))
    sealed = codes.seal(Secret(DEVICE_CODE))

    assert codes.open(sealed) == Secret(DEVICE_CODE)
    assert [codes.open(each) for each in (sealed[:-2], "", "x" * 100)] == [None, None, None]
    assert DeviceCodes(Key("x" * 40)).open(sealed) is None
