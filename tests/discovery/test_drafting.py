"""From a gap or a theme one press proposes a bet, with its evidence, once, and without anybody's name."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from bot.bet_button import Source
from bot.curation.proposals import FAILED as COULD_NOT
from bot.discovery.drafting import GONE, IS_A_FOLDER
from bot.git.host import Review
from bot.storage.engine import Database
from bot.storage.schema import friction, friction_themes, outbox, survey_themes
from bot.wanted import FileWanted
from knowledge.bets import Evidence, Kind
from tests.curation.asked import PRIVATE, Past
from tests.discovery.desk import BET, Room
from tests.discovery.test_bet_file import read

REFUSED = "Only the platform team can look after what the handbook lacks."


@pytest.fixture
async def past(database: Database) -> Past:
    past = Past(database)
    await past.begin()
    for who in ("ada", "bela", "chidi"):
        await past.ask(who, "can Ada Kovacs restart the lost runner of the build?")
    await past.ask("bela", "can somebody restart the lost runner of the build?", PRIVATE)
    return past


@pytest.fixture
def room(past: Past) -> Room:
    return Room(past)


async def test_a_gap_becomes_a_bet_with_its_questions_as_evidence_and_without_names(room: Room, past: Past) -> None:
    [gap] = await past.gaps()

    told = await room.draft(Source.GAP, gap.id)
    [text] = room.opened()
    found, problems = read(text)

    assert told == "Opened: <https://git.example.com/" + room.host.proposals[0].branch + "|the pull request>."  # type: ignore[union-attr]
    assert found.problem == "“can someone restart the lost runner of the build?”"
    assert found.evidence[0] == Evidence(Kind.GAP, gap.id, "asked 4 times by 3 people, on 2026-11-24")
    assert [each.kind for each in found.evidence[1:]] == [Kind.QUESTION] * 3
    assert all(each.id.startswith("C0PUBLIC:") and each.said.startswith("https://") for each in found.evidence[1:])
    assert "Ada" not in text
    assert not any(each.level == "error" for each in problems)


async def test_the_same_gap_is_drafted_once_whoever_presses_and_found_again_in_the_handbook(
    room: Room, past: Past
) -> None:
    [gap] = await past.gaps()
    await room.draft(Source.GAP, gap.id)

    again = await room.draft(Source.GAP, gap.id, person="chidi", key="k2")
    room.take(replace(BET, evidence=(Evidence(Kind.GAP, gap.id),)))
    merged = await room.draft(Source.GAP, gap.id, key="k3")

    assert len(room.opened()) == 1
    assert "for this already" in again
    assert "There is a bet on this already: “Runners wait” (`bets/runners.yaml`)." in merged


async def test_two_who_press_in_the_same_moment_get_one_pull_request_and_both_are_told(room: Room, past: Past) -> None:
    [gap] = await past.gaps()
    await room.draft(Source.GAP, gap.id)
    row = (await room.rows(select(outbox.c.text).where(outbox.c.recipient == "ada"))) or ()

    wanted = FileWanted("ada:k", f"bet:gap:{gap.id}", "bet", "t", "b", "bets/x.yaml", "x", "ada")
    for _ in range(2):
        await room.filing.propose(wanted)

    assert (len(room.opened()), list(row)) == (1, [])
    assert [text for _, text, _ in await room.told("ada")] == [
        f"There is <https://git.example.com/{room.host.proposals[0].branch}|a pull request> for this already."  # type: ignore[union-attr]
    ]


async def test_after_a_closed_pull_request_it_can_be_drafted_anew(room: Room, past: Past) -> None:
    [gap] = await past.gaps()
    await room.draft(Source.GAP, gap.id)
    assert room.host is not None
    room.host.become(Review.CLOSED)
    await room.proposals.follow()

    await room.draft(Source.GAP, gap.id, key="k2")

    assert len(room.opened()) == 2


async def test_nobody_else_may_and_what_is_gone_is_said_to_be(room: Room, past: Past) -> None:
    [gap] = await past.gaps()

    assert await room.draft(Source.GAP, gap.id, person="ada") == REFUSED
    assert await room.draft(Source.GAP, "f" * 24) == GONE
    assert room.opened() == []


async def test_of_a_handbook_that_is_a_folder_the_file_is_shown(past: Past) -> None:
    room = Room(past, host=None)
    [gap] = await past.gaps()

    await room.draft(Source.GAP, gap.id)

    [(_, text, blocks)] = await room.told("chidi")
    assert text.startswith(IS_A_FOLDER)
    assert "status: draft" in str(blocks)


async def test_a_repository_that_is_away_is_told(room: Room, past: Past) -> None:
    wanted = FileWanted("chidi:k", "bet:gap:g", "bet", "t", "b", "bets/x.yaml", "x", "chidi")

    await room.filing.given_up(wanted)

    assert [text for _, text, _ in await room.told("chidi")] == [COULD_NOT]


async def _friction_theme(room: Room, people: int) -> None:
    theme = {"id": "f" * 24, "title": "runner, lost", "state": "open", "url": "", "opened_at": room.hands.now}
    common = {"stage": "build", "is_stage_said": False, "source": "words", "channel_id": "", "ts": "", "capability": ""}
    more = {"topic": "", "team": "", "is_named": True, "is_readied": True, "theme_id": "f" * 24}
    more["logged_at"] = room.hands.now

    async def unit(tx: object) -> None:
        await tx.execute(insert(friction_themes).values(theme))  # type: ignore[attr-defined]
        for at in range(people):
            own = {
                "id": f"f{at}",
                "key": f"k{at}",
                "person": f"p{at}",
                "text": "my own words",
                "logged_at": room.hands.now,
            }
            await tx.execute(insert(friction).values({**common, **more, **own}))  # type: ignore[attr-defined]

    await room.database.write(unit)
    room.hands.move(minutes=1)


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (5, "runner, lost: logged as hard 5 times by 5 people, in 90 days to 2026-11-24"),
        (3, "runner, lost: logged as hard by a few, in 90 days to 2026-11-24"),
    ],
)
async def test_of_a_theme_of_friction_the_title_is_told_and_nobodys_words(past: Past, people: int, said: str) -> None:
    room = Room(past)
    await _friction_theme(room, people)

    await room.draft(Source.FRICTION, "f" * 24)

    [text] = room.opened()
    found, _ = read(text)
    assert found.evidence == (Evidence(Kind.FRICTION_THEME, "f" * 24, said),)
    assert "my own words" not in text


async def test_a_theme_of_a_survey_that_is_gone_is_said_to_be(room: Room) -> None:
    await room.database.write(
        lambda tx: tx.execute(
            insert(survey_themes).values(
                id="a" * 24, survey="pulse", title="t", state="open", url="", opened_at=room.hands.now
            )
        )
    )

    assert await room.draft(Source.PULSE, "b" * 24) == GONE
