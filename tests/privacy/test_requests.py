"""What somebody asked to have done: after erasing nothing of it leads to them, and after its time nothing is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.storage import request_privacy
from bot.storage.engine import Database
from bot.storage.schema import audit, evidence, follow_ups, git_accounts, requests
from bot.upkeep import REQUESTS_KEPT
from tests.privacy.company import (
    AUDIT,
    ME,
    NOW,
    REAL,
    USER,
    WORDS,
    YOU,
    QuietSlack,
    privacy,
    request,
    rows,
    seed,
    traces,
    values,
)

EMPTIED: dict[str, Any] = {"inputs": {}, "shown": None, "author": None, "files": None, "blobs": None}
NOWHERE = {"problem": "", "url": "", "number": "", "merge_revision": "", "execution": ""}


@pytest.fixture
async def seeded(database: Database) -> Database:
    await seed(database)
    return database


async def row_of(database: Database, request_id: str) -> dict[str, Any]:
    return next(row for row in await rows(database, requests) if row["id"] == request_id)


def of(row: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in names}


async def test_what_was_not_begun_is_withdrawn_with_the_person_and_the_log_says_so(seeded: Database) -> None:
    await privacy(seeded, QuietSlack()).forget(USER)

    states = {row["id"]: (row["state"], row["ended_at"]) for row in await rows(seeded, requests)}
    withdrawn = ["r-expired", "r-preparing", "r-void", "r-waiting"]
    assert {id_ for id_, state in states.items() if state == ("withdrawn", NOW)} == set(withdrawn)
    assert states["r-going"] == ("going", None)
    said = [(row["act"], row["subject"], row["person"]) for row in await rows(seeded, audit)][2:]
    assert said == [("request.withdrawn", id_, None) for id_ in withdrawn]


@pytest.mark.parametrize("state", ["preparing", "waiting", "void", "expired", "live"])
async def test_of_what_is_over_nothing_is_left_that_leads_to_the_person(seeded: Database, state: str) -> None:
    await privacy(seeded, QuietSlack()).forget(USER)

    row = await row_of(seeded, f"r-{state}")
    assert of(row, EMPTIED | NOWHERE) == EMPTIED | NOWHERE
    assert (row["person"], row["action"], row["entry"]) == (ME, "create-bucket", {"title": "A bucket"})


@pytest.mark.parametrize("state", ["going", "open", "done"])
async def test_what_was_begun_goes_on_without_name_or_words_and_is_forgotten_when_it_ends(
    seeded: Database, state: str
) -> None:
    """A break-glass run is over when Git says what it made."""
    service = privacy(seeded, QuietSlack())
    await service.forget(USER)
    asked = {name: EMPTIED[name] for name in ("inputs", "shown", "author")}
    begun = await row_of(seeded, f"r-{state}")
    assert of(begun, asked) == asked
    assert begun["files"]
    assert begun["url"]

    await seeded.write(lambda tx: tx.execute(update(requests).values(ended_at=NOW)))
    await seeded.write(lambda tx: tx.execute(update(follow_ups).values(settled_at=NOW)))
    await service.forget_requests_of_nobody()

    assert of(await row_of(seeded, f"r-{state}"), EMPTIED | NOWHERE) == EMPTIED | NOWHERE


async def test_what_turns_void_after_the_erasing_is_withdrawn(seeded: Database) -> None:
    """Rights are read again when it is to be done, and who was erased has none."""
    service = privacy(seeded, QuietSlack())
    await service.forget(USER)
    await seeded.write(lambda tx: tx.execute(update(requests).where(requests.c.id == "r-going").values(state="void")))

    await service.forget_requests_of_nobody()

    row = await row_of(seeded, "r-going")
    assert (row["state"], row["ended_at"], row["files"]) == ("withdrawn", NOW, None)
    assert [each["subject"] for each in await rows(seeded, audit)][-1] == "r-going"


async def test_others_requests_and_accounts_stay_and_say_someone(seeded: Database) -> None:
    service = privacy(seeded, QuietSlack())
    await service.forget(USER)
    await service.forget_requests_of_nobody()

    other = await row_of(seeded, "r-other")
    assert (other["problem"], other["shown"], other["state"]) == ("someone has to look", "+owner: someone", "open")
    assert (other["inputs"], other["author"]["name"]) == ({"bucket": "of another"}, "Other")
    assert [(row["person"], row["account"]) for row in await rows(seeded, git_accounts)] == [(YOU, "other")]
    assert await values(seeded, follow_ups, "files") == [{"a.yaml": "owner: someone"}] * 2


async def test_evidence_says_no_more_how_and_the_judge_no_more_why(seeded: Database) -> None:
    await privacy(seeded, QuietSlack()).forget(USER)

    kept = {
        row["id"]: (row["state"], row["link"], row["points"], row["reason"]) for row in await rows(seeded, evidence)
    }
    assert kept == {
        "e1": ("expired", "", {"sbom": ""}, ""),
        "e2": ("accepted", "", {"sbom": ""}, ""),
        "e3": ("declined", "https://e.example.com/of another", {"sbom": "of another"}, ""),
    }


async def test_audit_rows_stay_as_they_were_and_hold(seeded: Database) -> None:
    before = await rows(seeded, audit)

    await privacy(seeded, QuietSlack()).forget(USER)

    after = await rows(seeded, audit)
    assert after[: len(before)] == before
    assert [trace for trace in traces() if trace in str(after).lower()] == []
    async with seeded.read() as tx:
        assert (await AUDIT.verify(tx)).wrong is None


async def test_requests_of_who_is_left_out_are_their_own_act_and_stay(seeded: Database) -> None:
    before = await rows(seeded, requests)

    await privacy(seeded, QuietSlack()).leave_out(USER)
    await privacy(seeded).forget_requests_of_nobody()

    assert await rows(seeded, requests) == before


async def test_without_the_key_of_the_log_the_person_is_erased_all_the_same(seeded: Database) -> None:
    service = privacy(seeded, QuietSlack())
    service._audit = None

    erased = await service.forget(USER)

    assert erased.was_known
    assert len(await rows(seeded, audit)) == 2


async def test_words_go_ninety_days_after_the_end_and_what_became_of_it_stays(seeded: Database) -> None:
    open_before = await row_of(seeded, "r-open")
    await seeded.write(lambda tx: request_privacy.forget_words(tx, before=NOW))
    assert (await row_of(seeded, "r-live"))["inputs"] == {"bucket": WORDS}

    await seeded.write(lambda tx: request_privacy.forget_words(tx, before=NOW + timedelta(seconds=1)))

    row = await row_of(seeded, "r-live")
    assert of(row, EMPTIED) == EMPTIED
    assert (row["state"], row["url"], row["ended_at"]) == ("live", "https://git.example.com/r-live", NOW)
    assert await row_of(seeded, "r-open") == open_before
    assert (await row_of(seeded, "r-done"))["files"]  # its follow-up is open
    assert timedelta(days=90) == REQUESTS_KEPT


async def test_export_shows_what_was_asked_and_whose_change_it_is(seeded: Database) -> None:
    kept = (await privacy(seeded).export(USER))["kept"]

    assert {row["id"] for row in kept["requests"]} == {
        f"r-{state}" for state in ("preparing", "waiting", "void", "expired", "going", "open", "live", "done")
    }
    assert kept["requests"][0]["author"]["name"] == REAL
    assert [row["request_id"] for row in kept["decisions"]] == ["r-other"]
    assert [row["account"] for row in kept["git_accounts"]] == ["canaryhandle"]
    assert [row["points"] for row in kept["evidence"]] == [{"sbom": WORDS}] * 2
    assert kept["evidence_judged"] == [
        {
            "id": "e3",
            "policy": "attestation",
            "team": "shop",
            "state": "declined",
            "judged_at": NOW.isoformat(),
        }
    ]
    assert "of another" not in str(kept)


async def test_no_column_of_words_is_forgotten_by_nobody() -> None:
    """A new column of free text in requests is emptied, or said here to be the handbook's or needed."""
    from sqlalchemy import JSON, Text

    free = {column.name for column in requests.columns if isinstance(column.type, JSON | Text)}

    assert free - request_privacy.WORDS.keys() - request_privacy.WHEREABOUTS.keys() == {"entry"}
    assert request("r", ME, "live").keys() >= free
