"""What is drafted from a gap: shown first to who wants it, without the askers' names, and never over something else."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.curation.documented import AskerService
from bot.curation.draft_blocks import LOOK_WELL
from bot.curation.gap_blocks import read_pressed
from bot.curation.gap_drafts import SENT_BEFORE, GapDrafts
from bot.curation.gaps import GapService
from bot.curation.proposals import ProposalService
from bot.desk import Desk
from bot.model import Json, Window
from bot.people import PeopleService
from bot.storage import drafts as draft_rows
from bot.storage import gaps as gap_rows
from bot.storage import proposals as proposal_rows
from bot.storage.drafts import Draft
from bot.storage.engine import Database
from bot.storage.proposals import ProposalRow
from bot.storage.schema import messages, outbox, proposals, work
from bot.wanted import Decision, Proposing, Saving
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People
from tests.curation.asked import CHANNELS, PUBLIC, Past
from tests.curation.desk import CompanySlack, FakeHost, at, new_desk
from tests.work.desk import Hands

ASKINGS = (
    ("chidi", "please create a bucket, anybody"),
    ("ada", "please create a bucket for orders"),
    ("bela", "can you please create a bucket?"),
    ("bela", "Ada Kovacs, Bela and bela.b need a bucket, please create one"),
)


@dataclass
class NamedSlack(CompanySlack):
    """A workspace that knows people by these names."""

    names: dict[str, frozenset[str]] = field(
        default_factory=lambda: {
            "UADA": frozenset({"Ada Kovacs", "ada"}),
            "UBELA": frozenset({"Bela Bartos", "bela.b"}),
        }
    )

    async def names_of(self, user_id: str) -> frozenset[str]:
        return self.names.get(user_id, frozenset())


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
async def past(database: Database) -> Past:
    past = Past(database)
    await past.begin()
    for who, text in ASKINGS:
        await past.ask(who, text, kind="do-it-for-me")
    return past


def desk_of(past: Past, slack: CompanySlack) -> Desk:
    hands = Hands()
    hands.now = past.now
    people = People(platform_team=Group(members=(Member("UCHIDI"), Member("UADA"))))
    handbook = Handbook("r1", (), channels=CHANNELS, people=people)
    return new_desk(past.database, hands, handbook=handbook, slack=slack)


def service_at(desk: Desk, past: Past, host: FakeHost) -> GapService:
    people, given = PeopleService(desk), ProposalService(desk, at(host))
    drafts = GapDrafts(desk, people, past.facts, given)
    askers = AskerService(desk, nobody_waits)
    return GapService(desk, people, past.facts, past.sorting, drafts=drafts, askers=askers)


async def nobody_waits(_window: Window) -> Collection[tuple[str, str]]:
    return ()


@pytest.fixture
def desk(past: Past) -> Desk:
    return desk_of(past, NamedSlack())


@pytest.fixture
def service(past: Past, desk: Desk, host: FakeHost) -> GapService:
    return service_at(desk, past, host)


async def rows(desk: Desk, query: Any) -> Sequence[Any]:
    async with desk.database.read() as tx:
        return (await tx.execute(query)).all()


async def press(
    desk: Desk,
    service: GapService,
    gap_id: str,
    choice: str,
    *,
    key: str = "k1",
    url: str | None = "https://h.example",
    person: str = "chidi",
) -> str:
    """Somebody in the platform team presses something beside the gap; all that they are shown."""
    await service.decide(Decision(key, person, gap_id, choice, url))
    shown = await rows(desk, select(outbox).where(outbox.c.key == f"gap:{key}"))
    return "\n".join(words_of(each.blocks) for each in shown if each.recipient == person)


def words_of(blocks: Sequence[Json]) -> str:
    sections = [each["text"] for each in blocks if each["type"] == "section"]
    notes = [text for each in blocks if each["type"] == "context" for text in each["elements"]]
    return "\n".join(each["text"] for each in (*sections, *notes))


async def opening(desk: Desk, *, key: str = "k1") -> str:
    """What the button under the draft that was shown says, as it is read."""
    [shown] = await rows(desk, select(outbox.c.blocks).where(outbox.c.key == f"gap:{key}"))
    [button] = shown.blocks[-1]["elements"]
    return read_pressed(button["action_id"], button["value"]).choice


async def test_an_action_is_shown_to_who_wants_it_before_anybody_else_sees_it(
    desk: Desk, service: GapService, past: Past
) -> None:
    [gap] = await past.gaps()

    shown = await press(desk, service, gap.id, "draft action")

    assert "id: bucket-create\n" in shown
    assert LOOK_WELL in shown
    assert await rows(desk, select(proposals)) == []
    assert len(await rows(desk, select(outbox))) == 1


async def test_the_action_that_was_looked_at_is_proposed(desk: Desk, service: GapService, past: Past) -> None:
    [gap] = await past.gaps()
    shown = await press(desk, service, gap.id, "draft action")

    told = await press(desk, service, gap.id, await opening(desk), key="k2")

    [proposed] = await rows(desk, select(proposals))
    [(file, text)] = proposed.files.items()
    assert (proposed.subject, proposed.title, file) == (gap.id, "Bucket create", "docs/actions/bucket-create.yaml")
    assert text.strip() in shown
    assert told == ""


async def test_the_names_of_who_asked_are_not_in_it(desk: Desk, service: GapService, past: Past) -> None:
    [gap] = await past.gaps()

    shown = await press(desk, service, gap.id, "draft action")

    assert "- someone, someone and someone need a bucket, please create one\n" in shown
    assert not {"ada", "kovacs", "bela", "b"} & set(re.split(r"\W+", shown.lower()))


async def asked_again(past: Past) -> None:
    await past.ask("ada", "please create one more bucket")
    await past.sorting.sort()


async def left_out(past: Past) -> None:
    gone = update(messages).where(messages.c.author == "bela").values(author="~someone", text=None)
    await past.database.write(lambda tx: tx.execute(gone))
    await past.leave_out("bela")


@pytest.mark.parametrize(
    ("change", "newest"), [(asked_again, "one more bucket"), (left_out, "a bucket for orders")], ids=["asked", "left"]
)
async def test_what_changed_since_it_was_looked_at_is_shown_again(
    desk: Desk, service: GapService, past: Past, change: Callable[[Past], Awaitable[None]], newest: str
) -> None:
    [gap] = await past.gaps()
    await press(desk, service, gap.id, "draft action")
    await change(past)

    shown = await press(desk, service, gap.id, await opening(desk), key="k2")
    proposed_at_once = await rows(desk, select(proposals))
    await press(desk, service, gap.id, await opening(desk, key="k2"), key="k3")

    assert shown.startswith("This is not what you looked at")
    assert f"- please create {newest}\n" in shown
    assert proposed_at_once == []
    assert len(await rows(desk, select(proposals))) == 1


async def test_who_is_left_out_while_it_is_opened_is_not_in_it(past: Past, host: FakeHost) -> None:
    [gap] = await past.gaps()

    @dataclass
    class Slow(NamedSlack):
        """Bela is left out while it says what people are called."""

        is_slow: bool = False

        async def names_of(self, user_id: str) -> frozenset[str]:
            if self.is_slow:
                self.is_slow = False
                await left_out(past)
            return await super().names_of(user_id)

    slack = Slow()
    desk = desk_of(past, slack)
    service = service_at(desk, past, host)
    await press(desk, service, gap.id, "draft action")
    slack.is_slow = True

    shown = await press(desk, service, gap.id, await opening(desk), key="k2")

    assert shown.startswith("This is not what you looked at")
    assert await rows(desk, select(proposals)) == []


async def test_pressed_in_home_it_is_told_in_a_direct_message_and_home_is_shown_again(
    desk: Desk, service: GapService, past: Past
) -> None:
    [gap] = await past.gaps()

    shown = await press(desk, service, gap.id, "draft action", url=None)
    gone = await press(desk, service, "nothing", "draft action", key="k2", url=None)

    assert "id: bucket-create\n" in shown
    assert gone == "That gap is not there any more."
    assert [each.key for each in await rows(desk, select(work).where(work.c.kind == "home.publish"))] == ["k1", "k2"]


async def test_an_action_that_is_there_is_not_written_over(
    desk: Desk, service: GapService, past: Past, host: FakeHost
) -> None:
    host.files = dict.fromkeys(["docs/actions/bucket-create.yaml", "docs/actions/bucket-create-2.yaml"], "id: there")
    [gap] = await past.gaps()

    shown = await press(desk, service, gap.id, "draft action")
    host.files["docs/actions/bucket-create-3.yaml"] = "id: there too"
    shown_again = await press(desk, service, gap.id, await opening(desk), key="k2")
    await press(desk, service, gap.id, await opening(desk, key="k2"), key="k3")

    assert "It would become `actions/bucket-create-3.yaml`" in shown
    assert "id: bucket-create-4\n" in shown_again
    [proposed] = await rows(desk, select(proposals))
    assert list(proposed.files) == ["docs/actions/bucket-create-4.yaml"]


CLOSED, TOO_FEW = "That gap was closed meanwhile.", "Too few ask for this to be done for them by now"


@pytest.mark.parametrize("choice", ["draft action", "open action"])
async def test_no_action_is_drafted_from_a_closed_gap_or_one_that_few_ask_for(
    desk: Desk, service: GapService, past: Past, choice: str
) -> None:
    [gap] = await past.gaps()
    await press(desk, service, gap.id, "draft action", key="k0")
    pressed = await opening(desk, key="k0") if choice == "open action" else choice
    past.unanswered = set(list(past.unanswered)[:1])
    await past.sorting.sort()
    few = await press(desk, service, gap.id, pressed)
    await past.database.write(lambda tx: gap_rows.close(tx, gap.id, because="action", now=past.now))
    closed = await press(desk, service, gap.id, pressed, key="k2")

    assert (few[: len(TOO_FEW)], closed) == (TOO_FEW, CLOSED)
    assert await rows(desk, select(proposals)) == []


async def test_what_is_proposed_already_is_not_offered_and_it_is_said_where_it_stands(
    desk: Desk, service: GapService, past: Past, host: FakeHost
) -> None:
    [gap] = await past.gaps()
    await press(desk, service, gap.id, "draft action")
    opened = await opening(desk)
    before = await service.home_part("chidi")

    at_once = [await press(desk, service, gap.id, opened, key=key) for key in ("k2", "k3")]
    waiting = await service.home_part("chidi")
    [proposal] = await rows(desk, select(proposals))
    await ProposalService(desk, at(host)).propose(Proposing(proposal.id, proposal.id))
    later = [await press(desk, service, gap.id, choice, key=f"k {choice}") for choice in ("draft action", opened)]

    assert ("Draft an action" in str(before), "Draft an action" in str(waiting)) == (True, False)
    assert at_once == ["", ""]
    url = f"https://git.example.com/{proposal.branch}"
    assert later == [f"There is <{url}|a pull request> for this already."] * 2


async def test_of_two_who_open_it_in_the_same_moment_one_is_told_so(
    desk: Desk, service: GapService, past: Past
) -> None:
    [gap] = await past.gaps()
    await press(desk, service, gap.id, "draft action")
    opened = await opening(desk)

    told = await asyncio.gather(
        *(press(desk, service, gap.id, opened, key=f"k {who}", person=who) for who in ("ada", "chidi"))
    )

    [proposal] = await rows(desk, select(proposals))
    assert sorted(told) == ["", f"There is a proposal on the branch `{proposal.branch}` for this already."]


async def test_a_closed_proposal_is_no_reason_not_to_draft_it_again(
    desk: Desk, service: GapService, past: Past, host: FakeHost
) -> None:
    [gap] = await past.gaps()
    await press(desk, service, gap.id, "draft action")
    await press(desk, service, gap.id, await opening(desk), key="k2")
    await desk.database.write(lambda tx: tx.execute(update(proposals).values(state="closed")))

    assert "Draft an action" in str(await service.home_part("chidi"))


HOW_TO = "how do I clean the cache of the build?"


async def test_no_article_is_offered_while_one_from_a_thread_in_the_gap_is_proposed(
    desk: Desk, service: GapService, past: Past
) -> None:
    root = await past.ask("ada", HOW_TO)
    await past.solve("bela", "Run the cleaner.", root=root, asker="ada")
    _, gap = await past.gaps()
    before = await service.home_part("chidi")
    draft = Draft(
        "d1", "k", PUBLIC, root, root, "bela", "ada", "bela", "unasked", "shown", {}, "", (), "a.md", past.now
    )
    open_one = ProposalRow("p1", "article", "d1", "mentor/article-p1", "bela", "", None, None, "open", "", "", past.now)
    await desk.database.write(lambda tx: draft_rows.add(tx, draft))
    await desk.database.write(lambda tx: proposal_rows.add(tx, open_one))

    offered = await service.home_part("chidi")
    told = await press(desk, service, gap.id, "draft article")

    assert ("Draft an article" in str(before), "Draft an article" in str(offered)) == (True, False)
    assert told == "There is a proposal on the branch `mentor/article-p1` for this already."


async def test_an_article_is_drafted_once_however_often_it_is_pressed(
    desk: Desk, service: GapService, past: Past
) -> None:
    root = await past.ask("ada", HOW_TO)
    await past.solve("bela", "Run the cleaner.", root=root, asker="ada")
    _, gap = await past.gaps()

    told = [await press(desk, service, gap.id, "draft article", key=key) for key in ("k1", "k2")]

    assert told == [
        "A draft is on its way to you.",
        SENT_BEFORE,
    ]
    saving = Saving(f"gap:{gap.id}:chidi:{PUBLIC}:{root}", "chidi", PUBLIC, root, root, "https://h.example")
    found = await rows(desk, select(work.c.payload).where(work.c.kind == "curation.save"))
    assert [each.payload for each in found] == [saving.to_payload()]
