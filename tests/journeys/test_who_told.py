"""Who told whom, asked at a team's first use. A pilot and its card: `test_pain_to_story`."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.config import Settings
from bot.model import Window
from bot.storage.requests import LIVE, RequestRow
from sandbox import Sandbox
from tests.journeys.company import Company, company, copy_handbook, make_live, told, with_hook
from tests.journeys.office import Office, at_work, buttons


async def test_at_a_teams_first_bucket_who_asked_for_it_says_who_told_them_and_thanks_them(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    live = make_live(tmp_path / "live.git")
    settings = replace(settings, handbook=str(copy_handbook(tmp_path / "embedded", live.address)))
    async with at_work(sandbox, with_hook(settings)) as office, company(office, live) as people:
        priya, jonas = office.person("priya"), office.person("jonas")
        asked = await bucket(people, "receipts")
        message = await people.message(asked)
        question = office.replies(message)[-1]
        assert told(question).splitlines()[0] == (
            "*payments* uses *Object storage* for the first time. If you like: who told you of it?"
        )
        assert buttons(question) == ["A colleague", "The platform team", "I found it myself"]

        await priya.press(question, "A colleague")
        await office.quiet()
        noted = next(each for each in priya.sees_in_dm() if "Would you like to thank them?" in each.text)
        await priya.select(noted, "adoption.thank.object-storage", jonas.id)
        await office.quiet()
        assert any(each.text == "Thank you for saying so." for each in priya.sees_in_dm())
        second = await people.message(await bucket(people, "invoices"))
        assert [each for each in office.replies(second) if "who told you" in each.text] == []

        facts = await office.mentor.adoption.facts.facts(last_week(office))
        (storage,) = [each for each in facts.capabilities if each.id == "object-storage"]
        assert storage.pull is not None
        assert (storage.pull.k, storage.pull.n) == (1, 1)


async def bucket(people: Company, name: str) -> RequestRow:
    """Asked for by Priya, merged, live."""
    filling = {"bucket": name, "environment": "dev", "team": "payments"}
    request = await people.merged(await people.ask("priya", "create-bucket", filling))
    assert request.state == LIVE
    await people.office.quiet()
    return request


def last_week(office: Office) -> Window:
    """Today is in it."""
    now = office.mentor.clock.now()
    return Window(now - timedelta(days=7), now + timedelta(days=1))
