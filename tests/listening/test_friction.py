"""What people find hard, taken down and taken back, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.friction import Origin, SaidIn, Stage
from bot.listening.friction import GONE, NOT_KEPT, TOO_LONG, WITHDRAWN
from bot.listening.friction_blocks import Filled
from bot.storage.engine import Database
from bot.storage.schema import channels, friction, friction_themes, messages, proposals
from bot.wanted import Kind
from tests.listening.desk import ANN, BO, CY, GUEST, MAYA, Office

SLOW = ("builds are slow these days", "slow builds cost me an hour", "the builds: slow and flaky")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def kept(office: Office) -> list[dict[str, object]]:
    return [dict(row._mapping) for row in await office.rows(select(friction).order_by(friction.c.id))]


async def press(office: Office, user_id: str, choice: str, *, key: str = "p1") -> str:
    """What stands there after a press on what was logged last."""
    [*_, row] = await kept(office)
    await office.services.friction.take_press(
        str(row["id"]), choice, key=key, user_id=user_id, response_url="https://hooks/2"
    )
    await office.do(Kind.DECIDE_FRICTION)
    return (await office.told("private answer"))[-1][1]


async def test_it_is_logged_once_with_stage_team_and_capability(office: Office) -> None:
    await office.logs(ANN, "deploying to object storage takes a day")

    [row] = await kept(office)
    assert (row["stage"], row["is_stage_said"], row["team"], row["capability"]) == (
        "deploy",
        False,
        "payments",
        "object-storage",
    )
    assert (row["is_named"], row["source"], row["theme_id"]) == (False, "words", None)
    assert await office.told("friction noted") == [
        (ANN, "Logged, *deploying* (as I read it): “deploying to object storage takes a day”")
    ]


async def test_without_words_it_asks_for_them(office: Office) -> None:
    await office.logs(ANN, "  ")

    assert await kept(office) == []
    assert (await office.told("friction noted"))[0][1].startswith("What was hard?")


async def test_too_many_words_are_told_and_none_is_cut(office: Office) -> None:
    await office.logs(ANN, "x" * 1_001)

    assert await kept(office) == []
    assert await office.told("friction noted") == [(ANN, TOO_LONG)]
    assert await form(office, Origin(), "x" * 1_001) == {"listening.field.words": TOO_LONG}


async def test_a_guest_is_refused_with_the_reason(office: Office) -> None:
    await office.logs(GUEST, *SLOW[:1])

    assert await kept(office) == []
    assert "Guests cannot log this" in (await office.told("friction noted"))[0][1]


async def test_the_person_corrects_the_stage_lets_their_name_be_seen_and_takes_it_back(office: Office) -> None:
    await office.logs(ANN, SLOW[0])

    assert await press(office, ANN, "test") == f"Logged, *testing*: “{SLOW[0]}”"
    await press(office, ANN, "name", key="p2")
    [row] = await kept(office)
    assert (row["stage"], row["is_stage_said"], row["is_named"]) == ("test", True, True)
    assert await press(office, ANN, "withdraw", key="p3") == WITHDRAWN
    assert await kept(office) == []


async def test_nobody_changes_what_somebody_else_logged(office: Office) -> None:
    await office.logs(ANN, SLOW[0])
    before = await kept(office)

    for number, choice in enumerate(("withdraw", "name", "deploy")):
        assert await press(office, BO, choice, key=f"p{number}") == GONE

    assert await kept(office) == before


async def test_of_somebody_left_out_the_stage_is_kept_and_no_words(office: Office) -> None:
    await office.leave_out(ANN)

    await office.logs(ANN, SLOW[0])

    [row] = await kept(office)
    assert (row["text"], row["stage"], row["team"]) == (None, "build", "")
    assert (await office.told("friction noted"))[0][1] == "Logged, *building* (as I read it)"


async def form(office: Office, origin: Origin, words: str = "", stage: Stage | None = None) -> dict[str, str]:
    filled = Filled(words, stage, is_named=False)
    found = await office.services.friction.take_form(origin, filled, key="v1", user_id=ANN)
    await office.do(Kind.LOG_FRICTION)
    await office.do(Kind.LOG_FRICTION)
    return found


async def test_a_colleagues_message_is_pointed_to_and_not_copied(office: Office) -> None:
    await office.message("1.5", BO, "the deploy hangs")

    assert await form(office, Origin(SaidIn.MESSAGE, "C0ASKPLAT:1.5"), stage=Stage.DEPLOY) == {}

    [row] = await kept(office)
    assert (row["text"], row["channel_id"], row["ts"], row["source"]) == (None, "C0ASKPLAT", "1.5", "message")


@pytest.mark.parametrize("why", ["its words are not kept", "its channel is private", "it is not known"])
async def test_a_message_whose_words_may_not_be_shown_is_not_logged(office: Office, why: str) -> None:
    if why == "its words are not kept":
        await office.message("1.5", BO, None)  # the channel keeps counts, or the author is left out
    elif why == "its channel is private":
        await office.message("1.5", BO, "the deploy hangs", is_private=True)

    await form(office, Origin(SaidIn.MESSAGE, "C0ASKPLAT:1.5"))

    assert await kept(office) == []
    assert await office.told("friction noted") == [(ANN, NOT_KEPT)]


async def test_a_form_without_words_says_so_beside_its_field(office: Office) -> None:
    assert await form(office, Origin()) == {"listening.field.words": "Say in a few words what was hard."}


async def test_what_several_people_say_becomes_a_theme_without_names(office: Office) -> None:
    await office.logs(ANN, SLOW[0], f"{SLOW[1]}, says Maya")
    await office.logs(BO, SLOW[2], "nobody reviews my changes")

    await office.sort()

    [theme] = await office.rows(select(friction_themes))
    assert (theme.state, set(theme.title.split(", ")) >= {"builds", "slow"}) == ("open", True)
    rows = await kept(office)
    assert [row["theme_id"] for row in rows] == [theme.id, theme.id, theme.id, None]
    assert rows[1]["text"] == "slow builds cost me an hour, says someone"


async def test_what_one_person_says_thrice_is_no_theme(office: Office) -> None:
    await office.logs(ANN, *SLOW)

    await office.sort()

    assert await office.rows(select(friction_themes)) == []


async def test_a_later_one_joins_its_theme_and_withdrawing_all_takes_the_theme_away(office: Office) -> None:
    await office.logs(ANN, *SLOW[:2])
    await office.logs(BO, SLOW[2])
    await office.sort()
    office.hands.move(days=1)
    await office.logs(CY, "such slow builds")
    await office.sort()

    [theme] = await office.rows(select(friction_themes))
    rows = await kept(office)
    assert {row["theme_id"] for row in rows} == {theme.id}

    for row in rows:
        for user_id in (ANN, BO, CY):  # only whose it is can
            id_, key = str(row["id"]), f"w{row['id']}"
            await office.services.friction.take_press(id_, "withdraw", key=key, user_id=user_id, response_url=None)
    await office.do(Kind.DECIDE_FRICTION)
    assert await office.rows(select(friction_themes)) == []


async def test_the_platform_team_sees_counts_and_words_the_next_day_and_nobody_else_does(office: Office) -> None:
    await office.logs(ANN, *SLOW[:2])
    await office.logs(BO, SLOW[2])
    maya, ann = await office.person(MAYA), await office.person(ANN)
    office.hands.move(minutes=1)

    today = str(await office.services.listing.home_part(maya))
    await office.sort()
    tomorrow = str(await office.services.listing.home_part(maya))

    assert "building: 3 times, 2 people" in today
    assert SLOW[0] not in today
    assert SLOW[0] in tomorrow
    assert "3 times, 2 people (0 before) · nothing done yet" in tomorrow
    assert not any(name in tomorrow for name in ("Ann", "U0ANN", ann))
    assert await office.services.listing.home_part(ann) == ()


async def test_a_name_is_seen_only_where_the_person_lets_it_be(office: Office) -> None:
    await office.logs(BO, SLOW[2])
    await press(office, BO, "name")
    await office.sort()
    office.hands.move(minutes=1)

    shown = str(await office.services.listing.home_part(await office.person(MAYA)))

    assert f"“{SLOW[2]}”, Bo" in shown


async def with_theme(office: Office) -> str:
    """The id of what Ann and Bo found hard."""
    await office.logs(ANN, *SLOW[:2])
    await office.logs(BO, SLOW[2])
    await office.sort()
    [theme] = await office.rows(select(friction_themes))
    return str(theme.id)


async def test_only_the_platform_team_says_what_answers_a_theme(office: Office) -> None:
    theme_id = await with_theme(office)

    await office.services.changes.take_form(theme_id, "https://git.example.com/pulls/7", key="v", user_id=ANN)
    await office.do(Kind.DECIDE_FRICTION_THEME)

    [theme] = await office.rows(select(friction_themes))
    assert (theme.state, theme.url) == ("open", "")
    assert await office.told("theme of friction") == [(ANN, "Only the platform team can see what people find hard.")]


async def test_a_theme_is_linked_to_a_change_and_counts_once_it_is_live(office: Office) -> None:
    theme_id, changes = await with_theme(office), office.services.changes

    assert await changes.take_form(theme_id, "https://git.example.com/pulls/7", key="v", user_id=MAYA) == {}
    await office.do(Kind.DECIDE_FRICTION_THEME)
    office.hands.move(days=1)
    await changes.look()  # nothing says that it is live
    [linked] = await office.rows(select(friction_themes))
    await changes.take_press(theme_id, "live", key="p", user_id=MAYA, response_url=None)
    await office.do(Kind.DECIDE_FRICTION_THEME)

    facts = await office.services.facts.facts(office.lately())
    assert linked.state == "linked"
    assert [(each.title, each.state, each.count.n) for each in facts.shipped] == [("builds, slow", "shipped", 3)]
    assert (facts.kept_word.k, facts.kept_word.n, facts.days_to_change) == (1, 1, 1.0)


async def test_a_merged_proposal_makes_its_theme_live_by_itself(office: Office) -> None:
    theme_id, changes = await with_theme(office), office.services.changes
    await changes.take_form(theme_id, "https://git.example.com/pulls/7", key="v", user_id=MAYA)
    await office.do(Kind.DECIDE_FRICTION_THEME)
    row: dict[str, object] = {
        "id": "p1",
        "kind": "article",
        "subject": "d1",
        "branch": "b",
        "person": "x",
        "title": "",
        "number": "7",
    }
    row |= {"state": "merged", "url": "https://git.example.com/pulls/7", "created_at": office.hands.now}
    await office.database.write(lambda tx: tx.execute(insert(proposals).values(**row)))

    for _ in range(2):
        await changes.look()

    [theme] = await office.rows(select(friction_themes))
    assert theme.state == "shipped"


async def test_facts_count_a_window_and_the_one_before(office: Office) -> None:
    await office.logs(ANN, SLOW[0])
    office.hands.move(days=29)
    await office.logs(ANN, SLOW[1], "flaky tests")
    await office.logs(BO, SLOW[2])

    facts = await office.services.facts.facts(office.lately())

    assert (facts.friction.n, facts.friction.before, facts.friction.people, facts.friction.teams) == (3, 1, 2, None)
    assert {stage: count.n for stage, count in facts.by_stage.items()} == {Stage.BUILD: 2, Stage.TEST: 1}
    assert "ann" not in str(facts.to_json()).lower()


async def test_words_of_a_channel_that_became_private_are_in_no_theme(office: Office) -> None:
    await office.message("1.5", BO, "slow builds again")
    await form(office, Origin(SaidIn.MESSAGE, "C0ASKPLAT:1.5"))
    await office.logs(BO, *SLOW[:2])
    await office.database.write(lambda tx: tx.execute(update(channels).values(is_private=True)))

    await office.sort()

    assert await office.rows(select(friction_themes)) == []


async def test_all_of_it_goes_after_its_time_and_a_message_takes_its_words_along(office: Office) -> None:
    await office.message("1.5", BO, "the deploy hangs")
    await form(office, Origin(SaidIn.MESSAGE, "C0ASKPLAT:1.5"))
    await office.database.write(lambda tx: tx.execute(update(messages).values(deleted_ts="2.0")))
    await office.sort()
    assert "about this message" not in str(await office.services.listing.home_part(await office.person(MAYA)))

    office.hands.now += timedelta(days=401)
    await office.services.friction.forget_old()

    assert await kept(office) == []
