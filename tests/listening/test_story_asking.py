"""A person is asked for a story once, in their hours, within the budget; and not if they want no such questions."""

from datetime import UTC, datetime

from bot.listening.story_blocks import WOULD_YOU
from bot.storage import thanks
from bot.storage.engine import Database
from bot.storage.thanks import Wishes
from bot.wanted import StoryWanted
from tests.listening.desk import ANN, Office


async def asked(office: Office, *, hour: int = 10) -> list[str]:
    """What they are told, though it is done twice."""
    office.hands.now = datetime(2026, 11, 25, hour, tzinfo=UTC)
    wanted = StoryWanted("card:1", await office.person(ANN), "Object *storage*", "payments")
    for _ in range(2):
        await office.services.story_asking.ask(wanted)
    return [text for _, text in await office.told(WOULD_YOU.name)]


async def test_they_are_asked_once_and_may_tell_it_or_leave_it(database: Database) -> None:
    (text,) = await asked(Office(database))

    assert text.startswith("*payments* uses *Object *storage**, and its users are satisfied. Would you tell others")


async def test_outside_their_hours_and_when_they_want_none_they_are_not_asked(database: Database) -> None:
    office = Office(database)
    assert await asked(office, hour=21) == []
    person = await office.person(ANN)
    await database.write(lambda tx: thanks.wish(tx, person, Wishes(True, False), now=office.hands.now))

    assert await asked(office) == []
