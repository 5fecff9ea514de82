"""Somebody posts a password by mistake: it is written down nowhere, and they alone are told."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.storage.schema import metadata
from tests.journeys.office import Office

PASSWORD = "tr0ub4dor" + "-and-3"
POSTED = f"How do I see the logs of my service? I log in with DB_PASSWORD={PASSWORD}"


async def stored(office: Office) -> str:
    """All that is in any table, and in any file of the database."""
    async with office.mentor.database.read() as tx:
        rows = [str((await tx.execute(select(table))).all()) for table in metadata.sorted_tables]
    files = Path(str(office.mentor.database.url.database)).parent.rglob("*")
    return "".join([*rows, *(each.read_bytes().decode("latin-1") for each in files if each.is_file())])


async def test_a_password_is_written_down_nowhere_and_its_author_is_told(office: Office) -> None:
    posted = office.person("jonas").say("ask-platform", POSTED)
    warned = await office.whisper_to("jonas", "ask-platform")
    await office.quiet()

    assert "seems to hold a password" in warned.text
    assert (warned.thread_ts, office.whispers("priya", "ask-platform")) == (None, [])
    kept = await stored(office)
    assert ("DB_PASSWORD=(removed)" in kept, PASSWORD in kept) == (True, False)
    assert posted.text == POSTED  # in Slack it stands


@pytest.mark.parametrize("way", ["command", "direct", "edited"])
async def test_whatever_way_it_comes_it_is_written_down_nowhere(office: Office, way: str) -> None:
    jonas = office.person("jonas")
    if way == "command":
        await jonas.command("/platform", f"ask {POSTED}", "random")
    elif way == "direct":
        jonas.dm(POSTED)
    else:
        said = jonas.say("ask-platform", "How do I see the logs of my service?")
        office.sandbox.workspace.edit(said.user, said.channel, said.ts, POSTED)
    await office.quiet()

    assert PASSWORD not in await stored(office)
