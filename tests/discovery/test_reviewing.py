"""On a review date the team is asked once, told what happened since, and what it decides is kept and written down."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from bot.blockkit import TEXT_MAX
from bot.discovery import bet_blocks as blocks
from bot.discovery import rules
from bot.discovery.reviewing import GONE, IS_A_FOLDER
from bot.discovery.rules import Heard
from bot.errors import GitFailed
from bot.git.host import Review
from bot.model import Json
from bot.storage import discovery as rows
from bot.storage.engine import Database, Tx
from bot.storage.schema import bet_reviews, capability_uses, friction, proposals, talk_notes, waves
from bot.surveys import definition
from bot.talk_row import DROPPED, SHOWN
from bot.wanted import FileSettled, Proposing
from knowledge.bets import Choice, Decided, Evidence, Kind
from knowledge.bets import Status as BetStatus
from knowledge.capabilities import BuiltFrom, Capability, Origin, Status, Teams
from knowledge.flows import Flow
from knowledge.people import Group, Member
from knowledge.surveys import Audience
from sandbox.limits import validate_message_blocks
from tests.adoption.desk import ACTION
from tests.curation.asked import Past
from tests.discovery.desk import BET, PEOPLE, Room, write_notes
from tests.discovery.test_bet_file import read
from tests.discovery.test_drawing import long_flow
from tests.surveys.results_desk import SURVEY, Results

REFUSED = "Only the platform team can do this."


@pytest.fixture
async def past(database: Database) -> Past:
    past = Past(database)
    await past.begin()
    await write_notes(database, "t1")
    return past


@pytest.fixture
def room(past: Past) -> Room:
    return Room(past, bets=(BET,))


async def review_of(room: Room) -> str:
    return str((await room.rows(select(bet_reviews.c.id)))[-1].id)


def buttons(blocks: list[Json]) -> list[str]:
    rows = [each["elements"] for each in blocks if each["type"] == "actions"]
    return [button["text"]["text"] for row in rows for button in row]


async def test_the_team_is_asked_once_on_the_day_and_told_what_happened_since(room: Room, past: Past) -> None:
    for who in ("ada", "bela"):
        await past.ask(who, "can somebody restart the lost runner of the build?")
    [gap] = await past.gaps()
    known = (Evidence(Kind.GAP, gap.id, "asked twice"), *BET.evidence, Evidence(Kind.GAP, "0" * 24))
    room.take(replace(BET, evidence=known))
    room.hands.move(hours=1)

    await room.look()
    room.hands.move(days=1)
    await room.look()

    [(_, text, blocks)] = await room.told(None)
    assert text.splitlines() == [
        "*Keep, change or drop?* The bet “Runners wait” is due for review.",
        "*Since 2026-11-02*",
        f"• gap {gap.id[:12]} (asked twice): asked 2 times since, by 2 people",
        "• gap 000000000000: not kept here any more, so nothing can be counted",
        "• 1 more piece of evidence, said only once: nothing to count",
    ]
    assert buttons(blocks) == ["Keep", "Change", "Drop"]


async def test_notes_of_a_talk_that_may_not_be_cited_are_named_without_what_the_file_says_of_them(past: Past) -> None:
    await write_notes(past.database, "t2", state=DROPPED, words=None)
    await write_notes(past.database, "t3", state=SHOWN)
    await write_notes(past.database, "t4")
    await past.database.write(lambda tx: tx.execute(delete(talk_notes).where(talk_notes.c.id == "t4")))
    cited = tuple(Evidence(Kind.TALK, each, "We waited for Bela.") for each in ("t2", "t3", "t4"))
    room = Room(past)
    room.take(replace(BET, evidence=(*BET.evidence, *cited)))

    await room.look()

    [(_, text, blocks)] = await room.told(None)
    fix = "ake the line out of bets/runners.yaml"
    assert text.splitlines()[2:] == [
        f"• talk t2: notes that the person dropped, or did not approve in time. T{fix}",
        f"• talk t3: the person has not approved these notes yet. Until then, t{fix}",
        f"• talk t4: notes erased at the person's wish, or the id is mistyped. T{fix}",
        "• 1 more piece of evidence, said only once: nothing to count",
    ]
    assert "Bela" not in str(blocks)


@pytest.mark.parametrize("day", ["2026-11-22", "2026-12-25"], ids=["a Sunday", "a holiday"])
async def test_nothing_is_asked_on_a_day_without_work_and_it_is_on_the_next_one(past: Past, day: str) -> None:
    review_on = date.fromisoformat(day)
    room = Room(past, bets=(replace(BET, review=(review_on,)),))
    room.hands.move(days=(review_on - date(2026, 11, 24)).days)

    await room.look()
    before = await room.told(None)
    room.hands.move(days=4)
    await room.look()

    assert before == []
    assert len(await room.told(None)) == 1


@pytest.mark.parametrize("choice", list(Choice))
async def test_a_decision_is_kept_by_pseudonym_shown_and_written_into_the_file(room: Room, choice: Choice) -> None:
    await room.look()
    await room.decide(await review_of(room), choice.value)

    [row] = await room.rows(select(bet_reviews))
    [proposal] = room.host.proposals  # type: ignore[union-attr]
    found, _ = read(proposal.files["docs/bets/runners.yaml"] or "")
    edited = next(each for each in await room.told(None) if each[0].endswith(":edit"))
    assert (row.choice, row.decided_by) == (choice.value, "chidi")
    assert found.decisions == (Decided(date(2026, 11, 24), choice),)
    assert found.status is (BetStatus.DROPPED if choice is Choice.DROP else BetStatus.OPEN)
    assert ("No review date is left" in proposal.body) is (choice is not Choice.DROP)
    assert (buttons(edited[2]), "chidi" in str(edited)) == ([], False)
    assert [text for _, text, _ in await room.told("chidi")] == [
        f"Opened: <https://git.example.com/{proposal.branch}|the pull request>."
    ]


async def test_the_first_decision_holds_and_who_comes_later_is_told(past: Past) -> None:
    room = Room(past, bets=(BET,))
    room.more = {"people": replace(PEOPLE, platform_team=Group(members=(Member("UCHIDI"), Member("UADA"))))}
    room.take(BET)
    await room.look()
    id_ = await review_of(room)

    await room.decide(id_, "keep")
    await room.decide(id_, "drop", person="ada")

    [row] = await room.rows(select(bet_reviews))
    assert (row.choice, row.decided_by) == ("keep", "chidi")
    assert [text for _, text, _ in await room.told("ada")] == ["This was decided already: kept."]
    assert len(room.opened()) == 1


async def test_nobody_else_decides_and_a_bet_that_is_gone_is_said_to_be(room: Room) -> None:
    await room.look()
    id_ = await review_of(room)

    await room.decide(id_, "drop", person="ada")
    room.take()
    await room.decide(id_, "drop")

    assert [text for _, text, _ in await room.told("ada")] == [REFUSED]
    assert [text for _, text, _ in await room.told("chidi")] == [GONE]
    assert (await room.rows(select(bet_reviews.c.choice)))[0].choice is None


async def test_a_pull_request_that_could_not_be_opened_can_be_tried_again(room: Room) -> None:
    await room.look()
    id_ = await review_of(room)
    assert room.host is not None
    room.host.is_away = True
    with pytest.raises(GitFailed):
        await room.decide(id_, "keep")
    [proposal] = await room.rows(select(proposals.c.id))
    await room.proposals.given_up(Proposing("p", proposal.id))
    await room.services.reviews.settled(FileSettled("s", f"bet:{id_}", "failed"))
    lost = next(each for each in await room.told(None) if each[0].endswith(":edit"))

    room.host.is_away = False
    await room.decide(id_, "again", key="d2")

    assert buttons(lost[2]) == ["Write it into the file again"]
    assert "The decision holds here" in str(lost[2])
    edited = next(each for each in await room.told(None) if each[0].endswith(":edit"))
    assert (buttons(edited[2]), len(room.opened())) == ([], 1)


async def test_a_pull_request_that_was_closed_is_said_to_be_and_can_be_proposed_again(room: Room) -> None:
    await room.look()
    id_ = await review_of(room)
    await room.decide(id_, "keep")
    await room.do_all()
    assert room.host is not None
    room.host.become(Review.CLOSED)
    await room.proposals.follow()
    await room.services.reviews.settled(FileSettled("s", f"bet:{id_}", "closed"))
    closed = next(each for each in await room.told(None) if each[0].endswith(":edit"))

    await room.decide(id_, "again", key="d2")

    assert "The pull request was closed and not merged." in str(closed[2])
    assert buttons(closed[2]) == ["Write it into the file again"]
    edited = next(each for each in await room.told(None) if each[0].endswith(":edit"))
    assert buttons(edited[2]) == []
    await room.services.reviews.settled(FileSettled("s", f"bet:{id_}", "closed"))  # told late, of the one before
    assert next(each for each in await room.told(None) if each[0].endswith(":edit")) == edited


async def test_of_a_handbook_that_is_a_folder_the_lines_are_told(past: Past) -> None:
    room = Room(past, host=None, bets=(BET,))
    await room.look()
    await room.decide(await review_of(room), "drop")

    [(_, text, blocks)] = await room.told("chidi")
    assert text.startswith(IS_A_FOLDER)
    assert "{on: 2026-11-24, decided: drop}" in str(blocks)


async def test_overdue_flows_are_told_once_until_somebody_looks_at_them_again(past: Past) -> None:
    old = Flow("payments", date(2026, 5, 1), long_flow(3).steps)
    room = Room(past, flows=(old, replace(old, team="data", reviewed=date(2026, 11, 1))))

    await room.look()
    room.hands.move(days=1)
    await room.look()
    once = await room.told(None)
    room.flows = (replace(old, reviewed=date(2026, 5, 2)),)
    room.take()
    await room.look()

    assert [text.partition(":")[0] for _, text, _ in once] == ["*Due for another look with the team*"]
    assert "payments (last on 2026-05-01)" in once[0][1]
    assert "data" not in once[0][1]
    assert len(await room.told(None)) == 2


async def test_a_team_sees_its_own_flow_and_the_platform_team_all_with_what_is_known_beside(past: Past) -> None:
    flows = (Flow("payments", date(2026, 6, 1), long_flow(3).steps), Flow("data", date(2026, 6, 1), long_flow(3).steps))
    room = Room(past, flows=flows)

    own, everything = await room.flows_for("ada"), await room.flows_for("chidi")
    room.flows = ()
    room.take()

    assert "payments: the way to production" in str(own)
    assert "run 0 times" not in str(own)
    assert [each["value"] for each in everything[-1]["elements"]] == ["payments", "data"]
    assert "The handbook has no flow that you may see" in str(await room.flows_for("ada"))


async def test_of_a_capability_it_is_told_who_chose_it_and_how_satisfied_its_users_are(past: Past) -> None:
    bought = BuiltFrom(Origin.BOUGHT, "it is")
    buckets = Capability(
        "buckets", "Buckets", "platform_team", Status.OPTIONAL, date(2026, 1, 5), Teams(), "used", bought, "own"
    )
    room = Room(past, more={"capabilities": (buckets,), "actions": (replace(ACTION, capability="buckets"),)})
    room.take(replace(BET, capability="buckets"))
    used = {"capability": "buckets", "team": "payments", "day": date(2026, 11, 10), "what": "used", "source": "file"}
    await room.database.write(lambda tx: tx.execute(insert(capability_uses).values(used)))
    results = Results(room.database, room.hands)
    await results.wave([("payments", mood) for mood in (5, 5, 4, 4, 2, 1, 5, 4)])
    of_users = definition.to_json(replace(SURVEY, audience=Audience(ran=(ACTION.id,))))
    closed = {"definition": of_users, "closed_at": room.hands.now - timedelta(days=2)}
    await room.database.write(lambda tx: tx.execute(update(waves).values(closed)))

    await room.look()

    [(_, text, _)] = await room.told(None)
    said = text.splitlines()[2:]
    assert said[0] == (
        "• Buckets: 1 team began by choice since; chosen, of the teams that could: too few to say (1 of 2)"
    )
    assert said[1].startswith("• Buckets, satisfied by “Platform pulse”: ")
    assert " of 8 (" in said[1]


async def log_friction(room: Room, *teams: str) -> None:
    """By one person of each of these teams."""
    logged = {"stage": "deploy", "is_stage_said": True, "source": "words", "channel_id": "", "ts": "", "topic": ""}
    more = {"capability": "", "is_named": False, "is_readied": True, "text": "slow", "logged_at": room.hands.now}

    async def unit(tx: Tx) -> None:
        for at, team in enumerate(teams):
            own = {"id": f"f{at}", "key": f"k{at}", "person": f"p{at}", "team": team}
            await tx.execute(insert(friction).values({**logged, **more, **own}))

    await room.database.write(unit)
    room.hands.move(minutes=1)


async def test_the_platform_team_sees_what_was_logged_and_run_beside_a_flow(past: Past) -> None:
    room = Room(past, flows=(Flow("payments", date(2026, 6, 1), long_flow(6).steps),))
    await log_friction(room, "payments", "payments")

    seen, own = str(await room.flows_for("chidi")), str(await room.flows_for("ada"))

    assert "*Deploying* · logged as hard 2 times, by 2 people of the team" in seen
    assert "run 0 times, by all teams" in seen
    assert "logged as hard" not in own


async def test_what_a_team_logged_under_its_old_name_stands_beside_its_flow(past: Past) -> None:
    renamed = replace(PEOPLE, teams={"payments": replace(PEOPLE.teams["payments"], formerly=("billing",))})
    flow = Flow("payments", date(2026, 6, 1), long_flow(6).steps)
    room = Room(past, flows=(flow,), more={"people": renamed})
    await log_friction(room, "payments", "billing")

    assert "logged as hard 2 times, by 2 people of the team" in str(await room.flows_for("chidi"))


async def test_of_two_decisions_in_the_same_moment_the_first_one_is_kept(room: Room) -> None:
    await room.look()
    id_, now = await review_of(room), room.hands.now

    async def decides(who: str, what: str) -> bool:
        return await room.database.write(lambda tx: rows.decide(tx, id_, what, who, now=now))

    kept = [await decides("chidi", "keep"), await decides("ada", "drop")]

    [row] = await room.rows(select(bet_reviews))
    assert (kept, row.choice, row.decided_by) == ([True, False], "keep", "chidi")


def test_a_bet_with_everything_in_it_fits_a_message() -> None:
    long = "&" * 500
    known = tuple(Evidence(Kind.GAP, f"{at:024}", "&" * 270) for at in range(40))
    bet = replace(BET, title="&" * 80, problem=long, assumption=long, wrong_if=long, evidence=known)
    news = rules.news([rules.told_of(each, Heard(9_999, 999)) for each in known], 3)

    for shown in (
        blocks.review(bet, "r1", news, since=bet.written),
        blocks.decided(bet, "r1", news, Choice.KEEP, since=bet.written, on=bet.written, lost=blocks.CLOSED),
    ):
        assert validate_message_blocks(list(shown.blocks)) == []
        assert len(shown.text) < TEXT_MAX
        assert "30 more pieces of evidence that can be counted" in str(shown.blocks)
