"""Success stories: told, consented to, proposed by curation, and told when merged. On both databases."""

import pytest
from sqlalchemy import select

from bot.curation.filing import FilingService
from bot.curation.proposals import ProposalService
from bot.git.host import Review
from bot.listening.stories import DROPPED, GONE, LEFT_OUT, NOT_YOURS, SAID, TOO_LATE
from bot.listening.story_blocks import Filled
from bot.storage.engine import Database
from bot.storage.schema import people, stories, work
from bot.wanted import FileSettled, FileWanted, Kind, Proposing
from tests.curation.desk import FakeHost, at
from tests.listening.desk import ANN, BO, CY, GUEST, Office

FORM = Filled(
    "Deploys without a ticket",
    {"hard": "Every deploy took a ticket, and Maya's time.", "did": "We moved to a pull request.", "came": "Minutes."},
    names_teller=True,
    names_team=True,
    named=(BO, GUEST),
)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def tell(office: Office, filled: Filled = FORM) -> str:
    """The story's id."""
    assert await office.services.stories.take_form(filled, key="v1", user_id=ANN) == {}
    for _ in range(2):
        await office.do(Kind.TELL_STORY)
    rows = await office.rows(select(stories))
    return rows[0].id if rows else ""


async def press(office: Office, user_id: str, story_id: str, choice: str, *, key: str = "p") -> str:
    await office.services.stories.take_press(story_id, choice, key=key, user_id=user_id, response_url=None)
    for _ in range(2):
        await office.do(Kind.DECIDE_STORY)
    return (await office.told("success story"))[-1][1]


async def proposed(office: Office) -> list[FileWanted]:
    found = await office.rows(select(work.c.payload).where(work.c.kind == Kind.PROPOSE_FILE.value))
    return [FileWanted(**row.payload) for row in found]


async def test_it_is_shown_to_its_teller_and_members_whom_it_names_are_asked(office: Office) -> None:
    await tell(office)

    assert await office.told("success story") == [(ANN, "This would stand in the handbook:")]
    [(asked, text)] = await office.told("question about a story")
    assert asked == BO
    assert text.startswith("Ann would name you in a success story, “Deploys without a ticket”:\n> Every deploy")
    assert "someone's time" in text  # Maya is named by nobody's consent


async def test_only_who_agreed_is_named(office: Office) -> None:
    story_id = await tell(office)
    silent = await _text_after(office, story_id)

    assert "by: Ann\nteam: payments\nconsent:\n- Ann\n- payments\n" in silent
    assert "Bo" not in silent


async def _text_after(office: Office, story_id: str) -> str:
    await press(office, ANN, story_id, "propose")
    [wanted] = await proposed(office)
    assert (wanted.subject, wanted.file, wanted.kind) == (story_id, "stories/deploys-without-a-ticket.md", "story")
    return wanted.text


async def test_who_agreed_is_named_with_consent_and_too_late_is_too_late(office: Office) -> None:
    story_id = await tell(office)

    assert await press(office, BO, story_id, "yes") == SAID["yes"]
    text = await _text_after(office, story_id)

    assert "with:\n- Bo\n" in text
    assert "consent:\n- Ann\n- Bo\n- payments\n" in text
    assert await press(office, BO, story_id, "no", key="p2") == TOO_LATE


@pytest.mark.parametrize("choice", ["propose", "drop"])
async def test_only_its_teller_decides(office: Office, choice: str) -> None:
    story_id = await tell(office)

    assert await press(office, BO, story_id, choice) == NOT_YOURS
    assert await proposed(office) == []


async def test_nobody_consents_who_was_not_asked(office: Office) -> None:
    story_id = await tell(office)

    assert await press(office, CY, story_id, "yes") == TOO_LATE
    assert "Cy" not in await _text_after(office, story_id)


async def test_somebody_left_out_is_not_asked_and_tells_nothing(office: Office) -> None:
    await office.leave_out(BO)
    await tell(office)
    assert await office.told("question about a story") == []
    assert await office.rows(select(people.c.id).where(people.c.slack_id == BO)) == []  # no new record of them

    await office.leave_out(ANN)
    await office.services.stories.take_form(FORM, key="v2", user_id=ANN)
    await office.do(Kind.TELL_STORY)
    assert (ANN, LEFT_OUT) in await office.told("success story")
    assert len(await office.rows(select(stories))) == 1


async def test_what_is_dropped_is_gone(office: Office) -> None:
    story_id = await tell(office)

    assert await press(office, ANN, story_id, "drop") == DROPPED
    assert await press(office, ANN, story_id, "propose", key="p2") == GONE
    [row] = await office.rows(select(stories))
    assert (row.words, row.title) == (None, "")


async def test_a_handbook_that_is_a_folder_gets_the_file_to_add_by_hand(database: Database) -> None:
    office = Office(database, can_propose=False)
    story_id = await tell(office)

    assert "Add this by hand as `stories/deploys-without-a-ticket.md`" in await press(office, ANN, story_id, "propose")


async def test_a_form_that_lacks_something_says_so_beside_its_field(office: Office) -> None:
    lacking = Filled("", {"hard": "", "did": "x", "came": "x"}, False, False, ())

    errors = await office.services.stories.take_form(lacking, key="v", user_id=ANN)

    assert set(errors) == {"listening.story.field.title", "listening.story.field.hard"}


@pytest.mark.parametrize("review", [Review.MERGED, Review.CLOSED])
async def test_curation_proposes_it_once_and_tells_what_became_of_it(office: Office, review: Review) -> None:
    host = FakeHost(files={"docs/stories/deploys-without-a-ticket.md": "another one"})
    proposals = ProposalService(office.desk, at(host))
    story_id = await tell(office)
    await press(office, ANN, story_id, "propose")
    [wanted] = await proposed(office)

    for _ in range(2):
        await FilingService(office.desk, proposals).propose(wanted)
    [row] = await office.rows(select(work.c.payload).where(work.c.kind == Kind.PROPOSE.value))
    await proposals.propose(Proposing(**row.payload))
    host.become(review)
    await proposals.follow()
    [settled] = await office.rows(select(work.c.payload).where(work.c.kind == Kind.STORY_SETTLED.value))
    for _ in range(2):
        await office.services.stories.settled(FileSettled(**settled.payload))

    assert [list(each.files) for each in host.proposals] == [["docs/stories/deploys-without-a-ticket-2.md"]]
    [story] = await office.rows(select(stories))
    assert (story.state, story.file, story.words) == (review.value, "deploys-without-a-ticket-2.md", None)
    facts = await office.services.facts.facts(office.lately())
    if review is Review.MERGED:
        [(told, text)] = await office.told("story in the handbook")
        assert (told, text.startswith("Your story is in the handbook: ")) == (ANN, True)
        assert [each.file for each in facts.stories] == ["deploys-without-a-ticket-2.md"]
    else:
        assert facts.stories == ()
        assert [user_id for user_id, _ in await office.told("proposal closed")] == [ANN]


async def test_one_that_could_not_be_opened_can_be_opened_again(office: Office) -> None:
    story_id = await tell(office)
    await press(office, ANN, story_id, "propose")

    await office.services.stories.settled(FileSettled("k", story_id, "failed"))
    await press(office, ANN, story_id, "propose", key="p2")

    assert len(await proposed(office)) == 2
